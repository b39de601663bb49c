"""The API keeps to its OpenAPI document whatever it is asked: schemathesis makes up requests of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import TinyEncoder
from hypothesis import HealthCheck, given, settings
from serving import sample

from semsearch.serve.app import create_app
from semsearch.serve.live import LiveIndex

schemathesis = pytest.importorskip("schemathesis")
from schemathesis.checks import positive_data_acceptance  # noqa: E402

__all__ = ["sample"]

HOST = {"host": "127.0.0.1"}
APP = create_app("an index that is named later")
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP, headers=HOST)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
BARE = {"GET /api/examples", "GET /api/info", "GET /healthz", "GET /metrics"}
"""Of which nothing can be asked wrongly."""
EXAMPLES = 6


@pytest.fixture(scope="module", autouse=True)
def _served(sample: Path) -> None:
    APP.state.live = LiveIndex(sample, encoder=TinyEncoder())
    APP.state.live.open()


def test_the_document_has_all_operations() -> None:
    assert len(OPERATIONS) == 13
    assert OPERATIONS.keys() > BARE


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        (label, mode)
        for label in OPERATIONS
        for mode in schemathesis.GenerationMode
        if not (mode.value == "negative" and label in BARE)
    ],
)
def test_whatever_is_asked_is_answered_as_described(label: str, mode: Any) -> None:
    """But that a paper of that id, or a day of that date, need not be: to ask for one is no mistake in form."""

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def keeps_to_the_document(case: Any) -> None:
        response = case.call(headers=HOST)
        assert response.status_code < 500, response.text
        case.validate_response(response, excluded_checks=[positive_data_acceptance])

    keeps_to_the_document()
