"""Sessions end after a fixed time; pages speak the account's own language."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]
STARTED = "started_at"
SEEN = "seen_at"
# A page view pushes the end of the idle time out, but not with a write each.
SEEN_EVERY = 60


class SessionLifetimeMiddleware:
    """Ends a session SESSION_IDLE_MINUTES after its last page and SESSION_ABSOLUTE_HOURS after its login."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            started = request.session.setdefault(STARTED, now)
            if now - started > settings.SESSION_ABSOLUTE_AGE:
                logout(request)
            elif now - request.session.get(SEEN, 0) > SEEN_EVERY:
                request.session[SEEN] = now
        return self.get_response(request)


class LanguageMiddleware:
    """Chinese first; English by the account's own choice, never by the browser's header."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response
