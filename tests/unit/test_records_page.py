"""docs/records.md says of every key what the schema says."""

from pathlib import Path

from apnet.records.page import MODELS, with_tables

PAGE = Path(__file__).parents[2] / "docs" / "records.md"


def test_the_page_is_made_from_the_schema():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page
    assert all(page.count(f"<!-- fields: {marker} -->") == 1 for marker in MODELS)


def test_every_field_is_described():
    for models in MODELS.values():
        for model in models:
            assert all(field.description for field in model.model_fields.values()), model
