"""How good the answers are, and every idea that was tried to better them: writes docs/relevance.md. See __main__.py."""
