"""What the smart box asks while somebody types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from projects.boxsuggesting import suggestions


@require_GET
def project_suggest(request: HttpRequest) -> HttpResponse:
    """What the last word of the line could mean, and the visible projects, firms and officials of that name."""
    found = suggestions(request.GET.get("say", ""), user=request.user)
    return render(request, "projects/_suggestions.html", {"suggestions": found})
