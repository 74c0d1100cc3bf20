"""The deck format as JSON Schema, for editors."""

import json

from quizkit.deck.models import DeckFile


def deck_schema() -> str:
    """The schema as text, the same for the same version of the format."""
    schema = DeckFile.model_json_schema(by_alias=True)
    return json.dumps(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema},
        indent=1,
        sort_keys=True,
        ensure_ascii=False,
    )
