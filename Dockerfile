# City Eye's web server and worker: docker-compose.yml runs both from this one image.

# What the browser gets comes from npm's lock; neither node nor npm is in the image that runs.
FROM node:20-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends gdal-bin gettext libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --no-input --no-deps --require-hashes -r requirements.lock
COPY . .
COPY --from=browser /app/node_modules node_modules
# Collecting the static files needs settings, no secret and no database: these two are in no layer that runs.
RUN script/messages --compile \
    && SECRET_KEY=unused DATABASE_URL=postgresql://unused/unused COLLECT_STATIC=yes \
    .venv/bin/python manage.py collectstatic --no-input
RUN useradd --system --uid 10001 cityeye \
    && mkdir -p .local/media .local/log .local/mail \
    && chown cityeye .local/media .local/log .local/mail
USER cityeye
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD [".venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["script/server", "--host", "0.0.0.0", "--port", "8000"]
