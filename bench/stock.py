"""A stock django-import-export ModelResource on the same ledger: `python -m bench.stock ROWS` answers with its seconds.

Default settings and the columns that the model has, without the day, which its widget for integers cannot take; parks
and clusters come as keys. It reads the same rows from an .xlsx; starting up is counted, as it is for our import.
"""

import json
import sys
import time

import django
import tablib

from bench.ledgers import HEADER, ledger_rows

COLUMNS = ("id", "code", "name", "park", "cluster", "agreed_capital", "lead_unit", "stage")
STAGES = {"已签约": "signed", "在建": "construction", "已投产": "production"}


def dataset(count: int) -> tablib.Dataset:
    """The rows as such a resource takes them."""
    from industries.models import Cluster
    from parks.models import Park

    park, cluster = (dict(model.objects.values_list("name", "pk")) for model in (Park, Cluster))
    data = tablib.Dataset(headers=COLUMNS)
    for cells in ledger_rows(count):
        row = dict(zip(HEADER, cells, strict=True))
        data.append(
            (
                "",
                row["项目编号"],
                row["项目名称"],
                str(park.get(row["落户园区"], "")),
                str(cluster.get(row["产业集群"], "")),
                str(round(row["协议投资额（亿元）"] * 10000)),
                row["责任单位"],
                STAGES[row["项目阶段"]],
            )
        )
    return data


def main() -> None:
    began = time.perf_counter()
    django.setup()
    from import_export.formats.base_formats import XLSX
    from import_export.resources import modelresource_factory

    from projects.models import Project

    starting = time.perf_counter() - began
    count = int(sys.argv[1])
    file = XLSX().export_data(dataset(count))
    started = time.perf_counter()
    modelresource_factory(Project)().import_data(XLSX().create_dataset(file), raise_errors=True)
    seconds = starting + time.perf_counter() - started
    assert Project.objects.count() == Project.history.count() == count
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
