from django.http import HttpRequest, HttpResponse


def cohorts(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def cohorts_export(request: HttpRequest, ending: str) -> HttpResponse:
    return HttpResponse("")
