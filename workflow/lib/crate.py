"""Files of an archive as an RO-Crate: what each is, and which run made it of what.

Of the profile Provenance Run Crate (https://w3id.org/ro/wfrun/provenance), with what the records
hold: no names of people, no times of runs, and of a dataset its fingerprint, never an image.
"""

import hashlib
import json
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.errors import InputError
from apnet.files import sha256
from apnet.records import paths
from apnet.records.blocks import Data
from apnet.records.load import load_evaluation, load_run
from apnet.records.schema import Evaluation, Run

if TYPE_CHECKING:
    from rocrate.model.entity import Entity
    from rocrate.rocrate import ROCrate

README = "README.md"
WORKFLOW = "workflow/Snakefile"
"""The crate's main entity."""

_RO_CRATE = "1.1"
"""The version that the profiles below, and most readers, are made for."""

_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_TYPES = {
    ".npz": "application/zip",
    ".jsonl": "application/jsonl",
    ".safetensors": "application/octet-stream",
    ".md": "text/markdown",
    ".tex": "application/x-tex",
    ".yaml": "application/yaml",
}


def metadata(
    files: Mapping[str, Path | bytes], scale: str, title: str, licence: str, date: str
) -> bytes:
    """What ro-crate-metadata.json holds; the same bytes for the same files.

    Args:
        files: by their paths in the crate, :data:`WORKFLOW` among them.
        scale: whose results they are, under results/SCALE.
        title: of the paper.
        licence: a URL or a text.
        date: of the archive, ISO 8601.

    Raises:
        InputError: the package `rocrate` is not installed, or a record is not valid.
    """
    try:
        from rocrate.rocrate import ROCrate
    except ImportError as error:
        raise InputError(
            "an archive needs the package rocrate: pip install 'apnet-harness[archive]'"
        ) from error
    crate = ROCrate(version=_RO_CRATE)
    crate.metadata.extra_contexts.append(_TERMS)
    root = crate.root_dataset
    root["name"] = f"Results of scale {scale}: {title}"
    root["description"] = (
        f"Reported numbers of “{title}” beside reproduced ones: the results of scale {scale}, "
        f"the record of each run, the config, the environment and the paper's tables"
    )
    root["datePublished"], root["license"] = date, licence
    root["conformsTo"] = [
        _entity(crate, id_, "CreativeWork", name=name, version=id_.rpartition("/")[2])
        for id_, name in _PROFILES.items()
    ]
    for name, content in files.items():
        _file(crate, name, content)
    _Runs(crate, files, f"results/{scale}").describe()
    return (json.dumps(crate.metadata.generate(), indent=2, ensure_ascii=False) + "\n").encode()


def _file(crate: "ROCrate", name: str, content: Path | bytes) -> None:
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    if isinstance(content, Path):
        size, digest = content.stat().st_size, sha256(content)
    else:
        size, digest = len(content), hashlib.sha256(content).hexdigest()
    about = {"name": Path(name).name, "encodingFormat": kind}
    about |= {"contentSize": str(size), "sha256": digest}
    if name == WORKFLOW:
        crate.add_workflow(None, name, main=True, lang="snakemake", properties=about)
    elif name == README:
        crate.add_file(None, name, properties=about | {"about": {"@id": "./"}})
    else:
        crate.add_file(None, name, properties=about)


def _entity(crate: "ROCrate", id_: str, kind: str, **about: object) -> "Entity":
    """The entity of this name, made once."""
    from rocrate.model.contextentity import ContextEntity

    return crate.get(id_) or crate.add(ContextEntity(crate, id_, {"@type": kind, **about}))


class _Runs:
    """What made the files under a scale's folder: an action a training and an evaluation."""

    def __init__(self, crate: "ROCrate", files: Mapping[str, object], folder: str) -> None:
        self._crate, self._files, self._folder = crate, files, folder

    def describe(self) -> None:
        """Add an action for each record, and one for the workflow that holds them together."""
        for name in sorted(self._files):
            place = Path(name).relative_to(self._folder) if name.startswith("results/") else None
            if place and place.match(paths.RUNS):
                self._trained(name, load_run(self._files[name]))
            elif place and place.match(paths.EVALUATIONS):
                self._evaluated(name, load_evaluation(self._files[name]))
        workflow = self._crate.mainEntity
        workflow["name"] = "The workflow that regenerates the paper's tables"
        tools = [item for item in self._crate.get_entities() if item.type == "SoftwareApplication"]
        workflow["hasPart"] = sorted(tools, key=lambda item: item.id)
        made = [name for name in self._files if name.startswith(("reports/", "results/"))]
        self._act("#workflow", "Making the tables", workflow, self._there("config.yaml"), made)

    def _trained(self, name: str, record: Run) -> None:
        folder = name.rpartition("/")[0]
        inputs = [
            self._data(record.data),
            self._value(f"settings of {record.model}", record.settings_sha256),
            self._value("seed", str(record.seed)),
        ]
        if record.weights:
            inputs.append(self._value(record.weights.file, record.weights.sha256))
        made = [name, *self._there(f"{folder}/{paths.HISTORY}")]
        words = "Training" if record.provenance == "trained" else record.provenance.capitalize()
        action = self._act(
            f"#train-{folder}", f"{words}: {folder}", self._tool("train", record), inputs, made
        )
        action.append_to("result", self._weights(folder, record.checkpoint_sha256))

    def _evaluated(self, name: str, record: Evaluation) -> None:
        folder = name.rpartition("/")[0].rpartition("/")[0]
        inputs = [
            *self._there(f"{folder}/{paths.RECORD}"),
            self._weights(folder, record.checkpoint_sha256),
            self._data(record.data),
        ]
        made = [name, *self._there(f"{name.removesuffix('.json')}.npz")]
        tool = self._tool("evaluate", record)
        self._act(f"#evaluate-{name}", f"Evaluation: {name}", tool, inputs, made)

    def _act(
        self, id_: str, name: str, tool: "Entity", inputs: Sequence[object], made: Sequence[str]
    ) -> "Entity":
        action = self._crate.add_action(
            tool,
            id_,
            object=[self._found(item) for item in inputs],
            result=[self._found(item) for item in made],
            properties={
                "name": name,
                "actionStatus": "http://schema.org/CompletedActionStatus",
            },
        )
        self._crate.root_dataset.append_to("mentions", action)
        return action

    def _found(self, item: object) -> object:
        return self._crate.get(item) if isinstance(item, str) else item

    def _there(self, *names: str) -> list[str]:
        return [name for name in names if name in self._files]

    def _tool(self, command: str, record: Run | Evaluation) -> "Entity":
        code = record.code_fingerprint
        return _entity(
            self._crate,
            f"#apnet-{command}-{code}",
            "SoftwareApplication",
            name=f"apnet {command}",
            softwareVersion=f"code {code}",
            url="https://pypi.org/project/apnet-harness/",
        )

    def _value(self, name: str, value: str) -> "Entity":
        id_ = f"#{name}-{value}".replace(" ", "-")
        return _entity(self._crate, id_, "PropertyValue", name=name, value=value)

    def _data(self, data: Data) -> "Entity":
        splits = ("train", "query", "gallery")
        counts = ", ".join(f"{getattr(data.counts, name).images} {name} images" for name in splits)
        entity = self._value(data.name, data.fingerprint)
        entity["description"] = f"{'Drawn' if data.synthetic else 'Real'} dataset: {counts}"
        return entity

    def _weights(self, folder: str, digest: str) -> "Entity":
        """The file where it is in the crate, else what is known of it."""
        file = f"{folder}/{paths.WEIGHTS}"
        return self._crate.get(file) or self._value(paths.WEIGHTS, digest)
