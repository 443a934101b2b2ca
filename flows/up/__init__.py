"""One machine's Prefect, whole and in the foreground: a server, its pools and workers, everything that it needs."""
