"""The one tree of errors. Each says what was got, what was expected and where; its hint is the way to mend it."""

from __future__ import annotations


class SemsearchError(Exception):
    """Anything that a user can cause or mend.

    message: what was got, what was expected and where (`papers.jsonl:1834`). hint: the command or change that mends
    it, or empty where there is none to give.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CorpusError(SemsearchError):
    """A corpus that is missing, empty, or not what it claims to be."""


class StoreError(SemsearchError):
    """An index directory that is missing, damaged, of another format, or in use."""


class EncoderError(SemsearchError):
    """A model that cannot be found, loaded, or is not the one that made the index."""


class QueryError(SemsearchError):
    """A question, a k, an offset or an id that cannot be answered."""


class EvaluationError(SemsearchError):
    """Judgements, a run or a measure that cannot be used."""
