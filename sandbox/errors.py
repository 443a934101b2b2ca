"""What the sandbox cannot do, each told in one line with its mend."""


class SandboxError(Exception):
    """The sandbox cannot do what it was asked to; the message names the thing and what mends it."""


class BadCorpus(SandboxError):
    """A corpus cannot be served."""


class BadAddress(SandboxError):
    """The sandbox cannot listen where it was told to."""


class BadBehavior(SandboxError):
    """The language model's endpoint cannot behave as it was told to."""


class BadCommand(SandboxError):
    """The command that was to run beside the sandbox cannot be started."""
