from django.apps import AppConfig


class JiangjinConfig(AppConfig):
    name = "jiangjin"

    def ready(self) -> None:
        from jiangjin import checks  # noqa: F401 (registers the system checks)
