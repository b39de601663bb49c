"""What a request may ask for at most: every bound of the API is stated here, and told in its OpenAPI document."""

from __future__ import annotations

QUESTION_CHARS = 2_000
"""The longest question, id or name in an address."""

TEXT_CHARS = 20_000
"""The longest text that may be pasted to find what is like it: an abstract has some 1,500."""

MOST_HITS = 200
"""The largest k."""

MOST_EXPLAINED = 20
"""The largest k with `why`, for which every sentence of every abstract that is answered with is encoded."""

LARGEST_OFFSET = 10_000
"""How far one may leaf through an answer."""

MOST_NAMES = 50
"""How many papers, venues, authors or categories one question may name, of each kind."""

MOST_EXPORTED = 200
"""How many papers may be exported by their ids: more of them would not fit an address."""

MOST_POSTED = 5_000
"""How many papers may be exported by the ids in a body."""

MOST_QUESTIONS = 100
"""How many questions may be ranked for at once."""

MOST_RANKED = 1_000
"""The largest k of a ranking."""

MOST_SORTED = 1_000
"""How many of the best may be put in another order: each of them is read."""

MOST_VALUES = 200
"""How many values of a facet may be asked for."""

RANKED_AT_ONCE = 8
"""How many questions are ranked for before it is looked whether the server is to stop."""

BODY_BYTES = 1 << 20
"""The longest body of a request."""

BODY_S = 20.0
"""How long a body may take to arrive."""

WAITING = 200
"""How many requests may wait for a thread; further ones are told to come back."""

KEPT_ANSWERS, KEPT_BYTES = 2_000, 1 << 24
"""How many answers are kept for whoever asks the same again, and their size in all."""
