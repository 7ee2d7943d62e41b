"""All settings, from the environment; docs/operations.md names each variable."""

from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config import environment, jobs, logs, storage

django_stubs_ext.monkeypatch(include_builtins=False)  # ModelAdmin[Report] and its like, at run time

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"

# -- Who we are -------------------------------------------------------------------------------------
SECRET_KEY = environment.secret_key()
DEBUG = environment.flag("DEBUG")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = environment.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
# How many proxies of ours stand before the server: that many entries of X-Forwarded-For are believed.
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)
HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "config.apps.StaffConfig",  # in the place of django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django_q",
    "geo",
    "persian",
    "jurisdictions",
    "people",
    "notifications",
    "reports",
    "api",
    "web",
]

# First what every answer needs; the rest is for pages, and what maps ask for most is answered before it.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "web.security.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.compression.CompressionMiddleware",
    "web.language.LanguageMiddleware",
    "api.errors.ProblemMiddleware",
    "api.short_way.ShortWayMiddleware",
    "web.whole.WholeFormMiddleware",
    "web.sessions.PageSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "web.sessions.PageAuthenticationMiddleware",
    "web.sessions.PageMessageMiddleware",
]

# GDAL below 3.9 can be made to read files by a hostile coordinate system: no request brings one that GDAL reads.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- Database ---------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        environment.database_url(),
        engine="django.contrib.gis.db.backends.postgis",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
# A socket's folder comes as a parameter of the URL; `manage.py dbshell` looks for it where a host is.
for part in ("host", "port"):
    if value := DATABASES["default"].get("OPTIONS", {}).pop(part, None):
        DATABASES["default"][part.upper()] = value
# Requests are short and many: a query that gathers from parallel workers, or is compiled, takes longer than it saves;
# and the statements that are prepared (routing, the map) have the same plan whatever they are asked.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options", "-c max_parallel_workers_per_gather=0 -c jit=off -c plan_cache_mode=force_generic_plan"
)
PREPARE_STATEMENTS = environment.flag("PREPARE_STATEMENTS", default=True)
if test_database := environment.text("TEST_DATABASE_NAME", ""):
    DATABASES["default"]["TEST"] = {"NAME": test_database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Failures to sign in within a quarter of an hour, after which it waits: of an address with one name, and with any.
FAILED_SIGN_INS_PER_NAME = environment.number("FAILED_SIGN_INS_PER_NAME", 10)
FAILED_SIGN_INS_PER_ADDRESS = environment.number("FAILED_SIGN_INS_PER_ADDRESS", 100)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"  # a tracking link in the address must not reach another host
X_FRAME_OPTIONS = "DENY"

# -- Languages and time -----------------------------------------------------------------------------
LANGUAGE_CODE = environment.text("LANGUAGE_CODE", "fa")
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- Files ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
_COLLECTED_FILES = LOCAL / "static"
STATICFILES_DIRS = storage.from_npm(ROOT / "node_modules")
COLLECTED = (_COLLECTED_FILES / "staticfiles.json").is_file()
_BY_CONTENT = COLLECTED or environment.flag("COLLECT_STATIC")
STATIC_ROOT = _COLLECTED_FILES if _BY_CONTENT else None  # a folder that is not there is warned of at each start
WHITENOISE_USE_FINDERS = not COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "photos": storage.photos(LOCAL / "media"),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _BY_CONTENT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = LOCAL / "media"

# -- API --------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.Nobody"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.negotiation.GeoJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.ForgivingNegotiation",
    "DEFAULT_METADATA_CLASS": "api.negotiation.AllowAlone",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "api.errors.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "City Eye",
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.description.describe"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["api.permissions.Public"],
    "SERVE_AUTHENTICATION": [],
}
# Pages of other hosts that may ask the API, by their scripts; with * anybody's may read. No cookie ever opens the API.
CORS_ALLOWED_ORIGINS = environment.words("CORS_ALLOWED_ORIGINS", "")
CORS_ALLOW_ALL_ORIGINS = "*" in CORS_ALLOWED_ORIGINS
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"] + ([] if CORS_ALLOW_ALL_ORIGINS else ["POST", "PATCH", "DELETE"])
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "tracking-token",
    "tus-resumable",
    "upload-length",
    "upload-metadata",
    "upload-offset",
]
CORS_EXPOSE_HEADERS = [
    "Content-Location",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "Tus-Resumable",
    "Tus-Version",
    "Tus-Extension",
    "Tus-Max-Size",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Offset",
]
if CORS_ALLOWED_ORIGINS:
    MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")  # before whatever answers or refuses
if CORS_ALLOW_ALL_ORIGINS:
    CORS_ALLOWED_ORIGINS = []
MAX_BODY_BYTES = environment.number("MAX_BODY_BYTES", 65_536)
MAX_COLLECTION_BYTES = environment.number("MAX_COLLECTION_BYTES", 8_388_608)
# So many bytes of the map's last answers does each process of the server remember; 0 for none.
MAP_MEMORY_BYTES = environment.number("MAP_MEMORY_BYTES", 33_554_432)
QUERY_TIMEOUT_MS = environment.number("QUERY_TIMEOUT_MS", 10_000)
ANONYMOUS_REPORTS_PER_HOUR = environment.number("ANONYMOUS_REPORTS_PER_HOUR", 300)
ANONYMOUS_SUPPORTS_PER_HOUR = environment.number("ANONYMOUS_SUPPORTS_PER_HOUR", 300)
ANONYMOUS_POINTS_PER_HOUR = environment.number("ANONYMOUS_POINTS_PER_HOUR", 100_000)
ANONYMOUS_QUESTIONS_PER_HOUR = environment.number("ANONYMOUS_QUESTIONS_PER_HOUR", 3_000)

# -- Routing (metres) -------------------------------------------------------------------------------
# A point no polygon covers goes to the nearest one within the first distance, to the "outside" queue within the second.
NEAREST_WITHIN_M = environment.number("NEAREST_WITHIN_M", 50)
OUTSIDE_WITHIN_M = environment.number("OUTSIDE_WITHIN_M", 20_000)
# When a boundary set comes into force: preview what it moves and wait for a person, or apply it as well.
REROUTE_AT_FLIP = environment.choice("REROUTE_AT_FLIP", ("preview", "apply"))
# So many days after a report was closed its reporter may answer, and reopen it once.
REOPEN_WITHIN_DAYS = environment.number("REOPEN_WITHIN_DAYS", 14)
# A department that has not accepted a report in time is reminded: by its service level's date, else so many hours after
# it was given. So many hours after the reminder the head of its ground is told.
ACCEPT_WITHIN_HOURS = environment.number("ACCEPT_WITHIN_HOURS", 24)
ESCALATE_AFTER_HOURS = environment.number("ESCALATE_AFTER_HOURS", 24)
# The directions of words by which texts are compared; empty: those that are shipped.
MEANINGS_FILE = environment.text("MEANINGS_FILE", "")
# Where telephone numbers without a country code belong.
PHONE_REGION = environment.text("PHONE_REGION", "IR")

# -- Photos -----------------------------------------------------------------------------------------
PHOTO_MAX_BYTES = environment.number("PHOTO_MAX_BYTES", 20_971_520)
PHOTO_MAX_PIXELS = environment.number("PHOTO_MAX_PIXELS", 65_000_000)
PHOTOS_PER_REPORT = environment.number("PHOTOS_PER_REPORT", 10)
PHOTOS_PER_REQUEST = environment.number("PHOTOS_PER_REQUEST", 5)
ANONYMOUS_PHOTOS_PER_HOUR = environment.number("ANONYMOUS_PHOTOS_PER_HOUR", 300)

# -- Map --------------------------------------------------------------------------------------------
# The address of a MapLibre style to draw below our layers; without one the map draws streets and districts of our own.
BASEMAP_STYLE_URL = environment.text("BASEMAP_STYLE_URL", "")

# -- Live events ------------------------------------------------------------------------------------
# Where maps find them: an address, or a path of this host that a proxy leads to script/live. Without it maps look again
# each minute.
LIVE_URL = environment.text("LIVE_URL", "")
LIVE_MAX_CLIENTS = environment.number("LIVE_MAX_CLIENTS", 1_000)
LIVE_MAX_CLIENTS_PER_ADDRESS = environment.number("LIVE_MAX_CLIENTS_PER_ADDRESS", 20)

# -- Telling people ---------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "city-eye@localhost")
EMAIL_FILE_PATH = environment.text("EMAIL_FILE_PATH", "") or None
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if EMAIL_FILE_PATH else 'smtp'}.EmailBackend"
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
SMS_GATEWAY_URL = environment.text("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = environment.text("SMS_GATEWAY_TOKEN", "")
SMS_SENDER = environment.text("SMS_SENDER", "137")
# A message that may have gone out this often without our knowing better is given up.
OUTBOX_MAX_ATTEMPTS = environment.number("OUTBOX_MAX_ATTEMPTS", 12)

# -- Worker -----------------------------------------------------------------------------------------
Q_CLUSTER: dict[str, Any] = {
    "name": "city-eye",
    "workers": environment.number("WORKERS", 2),
    "timeout": 60,
    "retry": 120,  # must exceed the timeout, or a running job is given out a second time
    "max_attempts": 5,  # the default, 0, tries a job that fails for ever
    "ack_failures": True,  # a failed job is done with: the sweep finds what it left, from the state columns
    "catch_up": False,  # after a pause one sweep is enough
    "label": _("Jobs"),
    **({"redis": redis_url} if (redis_url := environment.text("Q_REDIS_URL", "")) else {"orm": "default"}),
}
JOBS = jobs.JOBS

LOGGING = logs.to_stderr(level=environment.text("LOG_LEVEL", "WARNING"))
