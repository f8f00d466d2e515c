"""Where the project lies whose rules these are: in a folder, or in a git repository."""

import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from snakemake.sourcecache import HostingProviderFile, LocalGitFile, LocalSourceFile


def end(sentence):
    """As bad input ends everywhere; our own modules cannot be imported yet."""
    print(f"apnet: {sentence}", file=sys.stderr)
    sys.exit(2)


def checkout(rules):
    """The project's folder, from the source of the folder `workflow/rules` in it."""
    if isinstance(rules, LocalSourceFile):
        return Path(rules).resolve().parents[1]
    if isinstance(rules, LocalGitFile):
        from git import Repo

        return taken_out(Repo(rules.repo_path), rules)
    if isinstance(rules, HostingProviderFile):
        rules.fetch_if_required()
        return taken_out(rules.hosted_repo.repo, rules)
    end(
        f"{rules} holds rules and no Python packages: give the Snakefile as a file, as "
        f"gitfile(…), github(…) or gitlab(…)"
    )


def taken_out(repository, rules):
    """The project in a folder of its commit, since Snakemake takes only rules from a repository."""
    commit = repository.commit(rules.ref).hexsha
    folder = Path(".snakemake", "apnet", commit).resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        whole = Path(tempfile.mkdtemp(dir=folder.parent))
        whole.chmod(0o755)
        with tempfile.TemporaryFile() as archive:
            repository.archive(archive, commit)
            archive.seek(0)
            tarfile.open(fileobj=archive).extractall(whole, filter="data")
        try:
            whole.rename(folder)
        except OSError:
            shutil.rmtree(whole)  # another job was faster
    return (folder / rules.path).parents[1]


ROOT = checkout(workflow.current_basedir)
sys.path.insert(0, str(ROOT))

try:
    from workflow.lib import known
    from workflow.lib.cli import refusing
except ModuleNotFoundError as error:
    end(
        f"{error.name} of {ROOT} is hidden by another package of that name: rename that one"
    )

known.use()
