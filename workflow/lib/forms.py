"""What the workflow reads, held against the schemas in workflow/schemas."""

from collections.abc import Mapping
from pathlib import Path

from apnet.files import read_json
from reproduction.paper.yamlfiles import check_form

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"

Json = Mapping[str, object]


def read_form(file: Path, schema: str, advice: str) -> Json:
    """The content of a JSON file that keeps to a schema.

    Args:
        schema: name of a file in workflow/schemas, up to `.schema.yaml`.
        advice: what to do if it does not.

    Raises:
        InputError: absent, not JSON, or another form than the schema's.
    """
    content = read_json(file)
    check_form(content, schema, str(file), SCHEMAS, advice)
    return content
