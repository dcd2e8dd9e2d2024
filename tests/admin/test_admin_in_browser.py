"""The stock admin in a real browser under our policy: a script or style that it blocks fails the test (`page`)."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from projects.models import Project
from tests.builders import PASSWORD, make_project, make_user


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_in_a_browser_the_admin_lists_corrects_exports_and_imports(
    page: Page, live_server, vocabulary: None, tmp_path: Path
) -> None:
    make_user("boss", role="admin", all_parks=True)
    project = make_project("甲项目", code="P-001", agreed="5", park="degan")
    page.goto(f"{live_server.url}/admin/projects/project/")
    page.fill("[name=username]", "boss")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)

    page.click("#result_list tbody th a")
    page.click("#select2-id_park-container")
    page.fill(".select2-search__field", "双福")
    page.click(".select2-results__option:has-text('双福')")
    page.fill("#id_lead_unit", "区商务委")
    page.click("[name=_save]")
    expect(page.locator(".messagelist .success")).to_have_count(1)
    project.refresh_from_db()
    assert (project.park and project.park.code, project.lead_unit, project.version) == ("shuangfu", "区商务委", 2)

    page.goto(f"{live_server.url}/admin/projects/project/{project.pk}/history/")
    page.click("#change-history tbody a")
    expect(page.locator("input[name=_save]")).to_have_count(0)

    page.goto(f"{live_server.url}/admin/projects/project/?stage__exact=signed")
    with page.expect_download() as download:
        page.click(".export_link")
    path = tmp_path / "out.xlsx"
    download.value.save_as(path)

    Project.objects.filter(pk=project.pk).update(lead_unit="")
    page.goto(f"{live_server.url}/admin/projects/project/import/")
    page.set_input_files("[name=import_file]", path)
    page.select_option("[name=format]", label="xlsx")
    page.click(".submit-row [type=submit]")
    expect(page.locator("table.import-preview tr.update")).to_have_count(1)
    page.click("[name=confirm]")
    expect(page.locator(".messagelist .success")).to_have_count(1)
    project.refresh_from_db()
    assert (project.lead_unit, project.version) == ("区商务委", 3)
