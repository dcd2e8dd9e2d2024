"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiangjin.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  all pages are loaded now, not by whoever asks for the first one
