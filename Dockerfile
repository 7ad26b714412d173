# Web page and REST API with the embedded engine, on the CPU. How to run it: docs/deploy.md

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/emotigram
ENV PATH=/opt/emotigram/bin:$PATH
WORKDIR /build
COPY requirements/run.txt requirements/
# the locked versions are all there as wheels: the image has no compiler
RUN pip install --only-binary :all: -r requirements/run.txt
COPY LICENSE README.md pyproject.toml ./
COPY src src
RUN pip install --no-deps .

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin emotigram \
  && install --directory --owner emotigram --group emotigram --mode 0700 /data
COPY --from=build /opt/emotigram /opt/emotigram
ENV PATH=/opt/emotigram/bin:$PATH \
  PYTHONDONTWRITEBYTECODE=1 \
  PYTHONUNBUFFERED=1 \
  HOME=/data \
  TMPDIR=/tmp \
  EMOTIGRAM_KEYS_FILE=/data/api-keys.sqlite3 \
  EMOTIGRAM_WEIGHTS_DIR=/data/weights \
  EMOTIGRAM_LOG_FORMAT=json
# an emotigram.toml is read from here
WORKDIR /data
VOLUME ["/data"]
USER 10001:10001
EXPOSE 7860
# http.client, because urllib would ask a proxy where the environment names one
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import http.client, os; server = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('EMOTIGRAM_PORT') or 7860), timeout=3); server.request('GET', '/healthz'); raise SystemExit(server.getresponse().status != 200)"]
CMD ["emotigram", "serve", "--host", "0.0.0.0", "--no-open"]
