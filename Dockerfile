# Everything, installed from the lock as README says; docs/cluster.md says how to run it.
# PyPI's torch brings CUDA with it. For the CPU alone:
#   docker build --build-arg PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu -t apnet .
FROM python:3.11-bookworm

ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /opt/apnet
COPY requirements.lock ./
RUN pip install -r requirements.lock
COPY . .
RUN pip install --no-deps --editable . \
    && git -C / config --system --add safe.directory /opt/apnet \
    # What .dockerignore leaves out is no change of the code, and no run may record it as one.
    && if [ -d .git ]; then git ls-files --deleted -z | git update-index -z --skip-worktree --stdin; fi \
    && install --directory --owner=1000 --group=1000 /work

# Any user will do (docker run --user): whoever it is has a name and a home.
ENV HOME=/tmp USER=apnet
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["snakemake", "--snakefile", "/opt/apnet/Snakefile"]
CMD ["--help"]
