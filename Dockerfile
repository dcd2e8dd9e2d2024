# The register with its web server. Build: docker compose build
FROM python:3.11-slim-bookworm

# pg_dump and psql for `manage.py backup` and `restore`; their version must not be older than the server's.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements/app.txt requirements/app.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/app.txt

COPY . .
# The catalogues are compiled here, because the code belongs to root and the server does not run as root.
RUN python -m jiangjin.translations \
    && useradd --system --uid 10001 --create-home jiangjin \
    && install -d -o jiangjin -g jiangjin -m 0700 /data

USER jiangjin
ENV PYTHONUNBUFFERED=1 JIANGJIN_VAR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
CMD ["sh", "-c", "python manage.py setup && exec python manage.py serve"]
