"""What may be spent: the worst case of a request is set aside before it is sent."""

from dataclasses import dataclass, field

from tasks.neighbors.llm.config import Budget, Prices


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of questions and of answers."""

    prompt: int = 0
    completion: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.prompt + other.prompt, self.completion + other.completion)

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(self.prompt - other.prompt, self.completion - other.completion)

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.prompt + self.completion

    def cost(self, prices: Prices | None) -> float:
        """What they cost at these prices; 0 without prices."""
        return (self.prompt * prices.prompt + self.completion * prices.completion) / 1e6 if prices else 0.0


@dataclass(slots=True)
class Meter:
    """What the attempts at one question cost, those counted in whose answer was lost."""

    requests: int = 0
    usage: Usage = field(default_factory=Usage)


class OverBudget(Exception):
    """The next request could pass the budget; it was not sent."""


@dataclass(slots=True)
class Purse:
    """The budget: what was spent of it, and what is set aside for requests under way."""

    budget: Budget
    prices: Prices | None
    spent: Usage = field(default_factory=Usage)
    aside: Usage = field(default_factory=Usage)

    def set_aside(self, worst: Usage) -> None:
        """Take the worst case of a request out of the budget; OverBudget where it does not fit."""
        after, budget = self.spent + self.aside + worst, self.budget
        if budget.tokens is not None and after.tokens > budget.tokens:
            raise OverBudget(f"{worst.tokens:,} tokens more could pass `budget.tokens` = {budget.tokens:,}")
        if budget.money is not None and after.cost(self.prices) > budget.money:
            raise OverBudget(f"{worst.cost(self.prices):.4f} more could pass `budget.money` = {budget.money:g}")
        self.aside += worst

    def settle(self, worst: Usage, spent: Usage) -> None:
        """Put back what was set aside for a request and was not spent."""
        self.aside -= worst
        self.spent += spent
