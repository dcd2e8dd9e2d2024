from django.apps import AppConfig


class FieldAppConfig(AppConfig):
    """Models that exist for the tests of the field types only."""

    name = "tests.fieldapp"
    label = "fieldapp"
    default_auto_field = "django.db.models.BigAutoField"
