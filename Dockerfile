# The assistant for a server: by polling (only ALLIANCES_TELEGRAM_TOKEN is needed) or by webhook (publish port 8080).
#   docker build -t alliances .
#   docker run -e ALLIANCES_TELEGRAM_TOKEN=... -v alliances:/data alliances

FROM python:3.13-slim AS builder
WORKDIR /source
RUN python -m venv --without-pip /opt/alliances
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# First what seldom changes, so that a change of the code does not install everything again.
COPY requirements.lock ./
RUN pip --python /opt/alliances install --require-hashes -r requirements.lock
COPY . ./
RUN pip --python /opt/alliances install --no-deps --no-build-isolation . \
    && pip --python /opt/alliances uninstall --yes setuptools

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin alliances \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=builder /opt/alliances /opt/alliances
# 0.0.0.0 is the container's own network. Beyond loopback the page and its panel are off: only /telegram and /healthz answer.
ENV PATH=/opt/alliances/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ALLIANCES_DATA=/data \
    ALLIANCES_HOST=0.0.0.0 \
    ALLIANCES_PORT=8080
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import http.client, os, sys; \
c = http.client.HTTPConnection('127.0.0.1', int(os.environ['ALLIANCES_PORT']), timeout=4); \
c.request('GET', '/healthz'); \
sys.exit(c.getresponse().status != 200)"]
CMD ["alliances", "run"]
