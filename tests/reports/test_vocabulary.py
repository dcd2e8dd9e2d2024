"""The vocabulary that every start completes: what is missing comes, what people changed stays."""

import pytest

from industries.models import Chain, Cluster, LeadingFirm
from parks.models import Park
from reports.models import PublishedFigure
from reports.vocabulary import load_vocabulary

pytestmark = pytest.mark.django_db
MODELS = (Cluster, Chain, LeadingFirm, Park, PublishedFigure)


@pytest.fixture
def empty(db: None) -> None:
    """A database without a vocabulary, as before the first start."""
    Park.objects.exclude(parent=None).delete()
    for model in (LeadingFirm, Chain, Cluster, Park, PublishedFigure):
        model.objects.all().delete()
        model.history.all().delete()


def test_everything_is_made_once_with_one_line_of_history(empty: None) -> None:
    made = load_vocabulary()
    rows = {model: list(model.objects.order_by("pk").values()) for model in MODELS}
    assert made == sum(map(len, rows.values())) - len(rows[LeadingFirm])
    for model in MODELS:
        assert rows[model]
        assert sorted(model.history.values_list("id", "history_type")) == [(row["id"], "+") for row in rows[model]]
    assert Park.objects.exclude(parent=None).exists()
    assert list(Cluster.objects.values_list("position", flat=True)) == list(range(1, len(rows[Cluster]) + 1))

    assert load_vocabulary() == 0
    assert {model: list(model.objects.order_by("pk").values()) for model in MODELS} == rows


def test_what_people_changed_stays_and_what_is_missing_comes() -> None:
    load_vocabulary()
    inside = Park.objects.exclude(parent=None).first()
    Park.objects.filter(pk=inside.pk).update(name="别的名字", parent=None)
    firm = LeadingFirm.objects.first()
    LeadingFirm.objects.filter(pk=firm.pk).delete()
    lost = Chain.objects.exclude(pk=firm.chain_id).filter(leading_firms__isnull=False).first()
    names = set(lost.leading_firms.values_list("name", flat=True))
    lost.leading_firms.all().delete()
    lost.delete()
    figure = PublishedFigure.objects.first()
    PublishedFigure.objects.filter(pk=figure.pk).update(value="0")
    PublishedFigure.objects.exclude(pk=figure.pk).first().delete()

    assert load_vocabulary() == 2
    inside.refresh_from_db()
    assert (inside.name, inside.parent) == ("别的名字", None)
    assert not LeadingFirm.objects.filter(chain=firm.chain_id, name=firm.name).exists()
    assert set(Chain.objects.get(code=lost.code).leading_firms.values_list("name", flat=True)) == names
    assert PublishedFigure.objects.get(pk=figure.pk).value == "0"
