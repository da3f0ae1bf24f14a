"""`plan export xlsx` and `plan import xlsx`: out, edited, and in again."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from tests.worlds.aims import RECORDS, ManagedWorkspace
from tests.worlds.exchanged import REFUND_DESK
from tests.worlds.workbooks import Desk, desk
from tests.worlds.workspace_files import FILES
from watchkeeper.cli.plan import app
from watchkeeper.errors import ImportRefused
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.exchange.xlsx.tables import CONTROLS
from watchkeeper.plan.workspace.load import load_workspace

CONTROL = "controls/limits.yaml"


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_example_goes_out_and_comes_in_without_a_change(tmp_path: Path) -> None:
    books = [tmp_path / name for name in ("a.xlsx", "b.xlsx")]
    for book in books:
        code, out, _ = run("export", "xlsx", REFUND_DESK, "--out", book, "--at", "2027-01-31")
        assert code == 0
        controls = len(list((REFUND_DESK / "controls").glob("*.yaml")))
        assert f"{controls} rows of Controls" in out
    assert books[0].read_bytes() == books[1].read_bytes()
    code, out, _ = run("import", "xlsx", books[0], REFUND_DESK, "--json", "--dry-run")
    said = json.loads(out)
    assert (code, said["changes"], said["refused"], said["gone"]) == (0, [], [], [])


def test_the_statement_alone_is_a_workbook_with_all_that_the_table_says(tmp_path: Path) -> None:
    managed = ManagedWorkspace()
    item = {"class": "document", "origin": "attested", "document": "ai-policy"}
    rows = managed.records["soa", ""]["rows"]
    rows[0] = {**rows[0], "evidence": [item], "bindings": [{"objective": "in-time"}]}
    rows[1] = {**rows[1], "status": "sequenced", "by": "2026-01-01"}
    folder, book = managed.write(tmp_path / "aims"), tmp_path / "soa.xlsx"
    words = ("soa", folder, "--at", "2026-11-23", "--format")
    assert run(*words, "xlsx")[0] == 2
    assert run(*words, "xlsx", "--out", book)[0] == 1
    assert run(*words, "xlsx", "--out", book)[0] == 2
    head, page = load_workbook(book).worksheets
    said = [cell.value for cell in head["A"]]
    assert {"Version: 1", "Approval: approved by ben on 2026-10-01"} <= {*said}
    heads = [cell.value for cell in page[1]]
    table = {row["Control"]: row for row in csv.DictReader(run(*words, "csv")[1].splitlines(True))}
    assert page.max_row == len(table) + 1
    for line in page.iter_rows(min_row=2, values_only=True):
        told = {key: value or "" for key, value in zip(heads, line, strict=True)}
        row = table[told["control"]]
        assert told["evidence item by item"] == row["Evidence"]
        assert (told["bound to"], told["enforced by"]) == (row["Bound to"], row["Enforced by"])
        assert (told["overdue"] == "yes") is ("overdue" in row["Status"])
    code, out, _ = run("import", "xlsx", book, folder, "--json")
    told = json.loads(out)
    assert (code, told["changes"], told["refused"], told["notRead"][1:]) == (0, [], [], [])


def test_a_workbook_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    place = desk(tmp_path)
    before = place.book.read_bytes()
    code, _, err = run("export", "xlsx", place.folder, "--out", place.book)
    assert (code, place.book.read_bytes()) == (2, before)
    assert "--replace" in err
    assert run("export", "xlsx", place.folder, "--out", place.book, "--replace")[0] == 0
    assert place.book.read_bytes() != before


def test_one_cell_is_one_key_and_comments_stay(tmp_path: Path) -> None:
    place = desk(
        tmp_path,
        {CONTROL: "# ours\n" + FILES[CONTROL].replace("owner: ben", "owner: ben # for now")},
    )
    place.put("Controls", "C2", "Pays within limits,\nalways.")
    place.put("SoA", "F2", "Ben")
    code, said = place.imported()
    assert code == 0
    assert said["written"]
    text = (place.folder / CONTROL).read_text()
    assert text.startswith("# ours\n")
    assert "owner: ben # for now" in text
    workspace, _ = load_workspace(place.folder)
    assert workspace is not None
    assert workspace.controls["limits"].says.statement == "Pays within limits,\nalways."
    assert workspace.applicability is not None
    assert workspace.applicability.says.rows[0].owner == "ben"
    assert not (place.folder / ".watchkeeper").exists()
    assert place.imported()[1]["changes"] == []


def test_new_rows_are_new_files_and_rows(tmp_path: Path) -> None:
    place = desk(tmp_path)

    def add(book: Workbook) -> None:
        book["Controls"].append(
            ("stops", "Stops", "It can be stopped.", "Ana", "A.9.4", "", "desk")
        )
        book["SoA"].append(("stops", "", "Yes", "It must.", "in place", "ana"))
        book["SoA"].append(("A.2.2", "", "Not  applicable", "", "N/A"))

    place.edit(add)
    code, said = place.imported()
    assert (code, [change["new"] for change in said["changes"]]) == (0, [True, True, True])
    workspace, _ = load_workspace(place.folder)
    assert workspace is not None
    assert workspace.controls["stops"].says.systems == ["desk"]
    assert workspace.applicability is not None
    rows = {row.control: row for row in workspace.applicability.says.rows}
    assert (rows["stops"].applicable, rows["stops"].status) == ("in", "implemented")
    assert (rows["A.2.2"].applicable, rows["A.2.2"].status) == ("out", "not-applicable")
    assert (
        "$schema=../.schemas/control.schema.json"
        in (place.folder / "controls/stops.yaml").read_text()
    )


def test_risks_come_in_with_all_that_only_their_file_holds(tmp_path: Path) -> None:
    folder = ManagedWorkspace().write(tmp_path / "aims")
    place = Desk(folder, tmp_path / "aims.xlsx")
    assert run("export", "xlsx", folder, "--out", place.book)[0] == 0
    assert place.imported()[1]["changes"] == []
    page = load_workbook(place.book)["Risks"]
    heads = {cell.value: cell.column_letter for cell in page[1]}
    place.put("Risks", f"{heads['residual likelihood']}2", 2)
    place.put("Risks", f"{heads['accepted by']}2", "Ben")
    place.put("Risks", f"{heads['accepted']}2", date(2026, 11, 20))
    place.put("Risks", f"{heads['treatment']}2", "accept")
    place.edit(lambda book: book["Risks"].append(("slow", "It is slow", "", "ana", "desk")))
    code, said = place.imported()
    assert code == 0, said
    workspace, _ = load_workspace(folder)
    assert workspace is not None
    old = RECORDS["risk", "overpaid"]
    now = workspace.management.of("risk")["overpaid"].tree.value
    assert now["residual"] == {
        "likelihood": 2,
        "consequence": 3,
        "accepted_by": "ben",
        "accepted": "2026-11-20",
    }
    assert now["treatment"] == {**old["treatment"], "option": "retain"}
    assert now["signals"] == old["signals"]
    assert workspace.management.of("risk")["slow"].says.systems == ["desk"]


def test_evidence_in_items_is_only_in_its_file(tmp_path: Path) -> None:
    managed = ManagedWorkspace()
    item = {"class": "document", "origin": "attested", "document": "ai-policy"}
    managed.records["soa", ""]["rows"][0]["evidence"] = [item]
    place = Desk(managed.write(tmp_path / "aims"), tmp_path / "aims.xlsx")
    assert run("export", "xlsx", place.folder, "--out", place.book)[0] == 0
    page = load_workbook(place.book)["SoA"]
    column = next(cell.column_letter for cell in page[1] if cell.value == "evidence")
    assert page[f"{column}2"].value.startswith("(more than fits")
    assert place.imported()[1]["changes"] == []
    place.put("SoA", f"{column}2", "my word")
    (why,) = place.refused()
    assert why == f"SoA!{column}2: only its file can change that"


def test_what_changed_in_both_is_a_conflict(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", "Theirs.")
    (place.folder / CONTROL).write_text(FILES[CONTROL].replace("Pays within limits.", "Ours."))
    (why,) = place.refused()
    assert why.startswith("Controls!C2: changed in both")
    assert "`Theirs.`" in why
    assert "`Ours.`" in why
    assert place.imported("--theirs")[0] == 0
    assert "statement: Theirs." in (place.folder / CONTROL).read_text()


def test_what_changed_in_the_files_alone_stays(tmp_path: Path) -> None:
    place = desk(tmp_path)
    (place.folder / CONTROL).write_text(FILES[CONTROL].replace("Pays within limits.", "Ours."))
    code, said = place.imported()
    assert (code, said["changes"]) == (0, [])
    assert len(said["kept"]) == 1
    assert "Ours." in (place.folder / CONTROL).read_text()


def test_a_row_that_went_is_named_and_not_deleted(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.edit(lambda book: book["Controls"].delete_rows(2))
    code, said = place.imported()
    assert (code, said["gone"]) == (0, ["Controls `limits`"])
    assert (place.folder / CONTROL).exists()


def test_one_wrong_cell_and_nothing_is_written(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", "Other.")
    place.put("SoA", "E2", "mostly done")
    place.put("SoA", "F2", "Nobody")
    refused = place.refused()
    assert [why.partition(":")[0] for why in refused] == ["SoA!E2", "SoA!F2"]


def test_a_row_with_a_wrong_cell_is_there_all_the_same(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", "=1+1")
    code, said = place.imported()
    assert (code, said["gone"]) == (1, [])
    assert any("a formula" in why for why in said["refused"])


@pytest.mark.parametrize("name", ["=1+1", None])
def test_of_a_row_whose_name_can_not_be_read_none_is_said_to_be_gone(
    tmp_path: Path, name: str | None
) -> None:
    place = desk(tmp_path)
    place.put("Controls", "A2", name)
    code, said = place.imported()
    assert (code, said["gone"]) == (1, [])


def test_what_would_no_longer_hold_is_refused(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "E2", "A.9.4, A.9.9")
    place.put("Controls", "G2", "no-such-system")
    refused = place.refused()
    assert any("A.9.9" in why for why in refused)
    assert any("no-such-system" in why for why in refused)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.put("Controls", "C2", "Other.")
    before = place.files()
    code, out, err = run("import", "xlsx", place.book, place.folder, "--dry-run")
    assert (code, place.files()) == (0, before)
    assert "statement: `Pays within limits.` -> `Other.`" in out
    assert "nothing was written" in err


def test_a_binder_of_others(tmp_path: Path) -> None:
    place = desk(tmp_path)
    book = Workbook()
    book.active.title = "Control Register"
    for row in (
        ("Our controls",),
        (),
        ("Ref", "Control name", "Description", "Responsible", "Notes"),
        ("stops", "Stops", "It can be stopped.", "Ana", "x"),
    ):
        book.active.append(row)
    book.active.merge_cells("A1:E1")
    page = book.create_sheet("Anwendbarkeit")
    for row in (("Nr", "Gilt", "Stand"), ("A.2.2", "no", "N/A")):
        page.append(row)
    book.save(place.book)
    layout = tmp_path / "map.yaml"
    layout.write_text(
        "sheets:\n  - sheet: Anwendbarkeit\n    table: soa\n"
        "    columns: {control: Nr, applicable: Gilt, status: Stand}\n"
    )
    code, said = place.imported("--map", layout)
    assert code == 0, said
    assert [change["row"] for change in said["changes"]] == ["stops", "A.2.2"]
    assert any("notes" in line for line in said["notRead"])
    layout.write_text("sheets:\n  - {sheet: x, table: soa, columns: {cost: Kosten}}\n")
    assert "no column" in place.refused("--map", layout)[0]


def test_a_row_of_others_with_a_known_id_asks_first(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.edit(lambda book: book["Controls"].delete_cols(len(CONTROLS.columns) + 1))
    place.put("Controls", "C2", "Theirs.")
    (why,) = place.refused()
    assert "was not exported from here" in why
    assert place.imported("--theirs")[0] == 0


def test_a_column_that_went_is_named(tmp_path: Path) -> None:
    place = desk(tmp_path)
    place.edit(lambda book: book["SoA"].delete_cols(9))
    (why,) = place.refused()
    assert "no column `evidence`" in why


def test_an_import_that_was_broken_off_is_gone_on_with(tmp_path: Path) -> None:
    place = _broken_off(desk(tmp_path))
    code, _, err = run("import", "xlsx", place.book, place.folder)
    assert code == 0
    assert "went on with a change" in err
    assert (place.folder / CONTROL).read_text().endswith("# second\n")
    assert (place.folder / "soa.yaml").read_text().endswith("# second\n")
    assert not (place.folder / ".watchkeeper").exists()


def test_what_was_only_laid_aside_is_thrown_away(tmp_path: Path) -> None:
    place = _broken_off(desk(tmp_path))
    (place.folder / ".watchkeeper/together/list.json").unlink()
    before = place.files()[CONTROL]
    assert place.imported()[0] == 0
    assert place.files()[CONTROL] == before
    assert not (place.folder / ".watchkeeper").exists()


def test_a_list_that_leads_out_is_refused(tmp_path: Path) -> None:
    place = _broken_off(desk(tmp_path))
    (place.folder / ".watchkeeper/together/list.json").write_text('[{"file":"../x","was":null}]')
    assert "is not what an import left" in place.refused()[0]


def _broken_off(place: Desk) -> Desk:
    """Leave what a writer leaves that was killed after its list and the first of two files."""
    aside = place.folder / ".watchkeeper" / "together"
    aside.mkdir(parents=True)
    listed = [
        {"file": name, "was": hashlib.sha256((place.folder / name).read_bytes()).hexdigest()}
        for name in (CONTROL, "soa.yaml")
    ]
    (aside / "1").write_text(FILES["soa.yaml"] + "# second\n")
    (aside / "list.json").write_text(json.dumps(listed))
    write = FILES[CONTROL] + "# second\n"
    (place.folder / CONTROL).write_text(write)
    return place


def test_several_files_are_written_together(tmp_path: Path) -> None:
    write_together(tmp_path, {"b/c.yaml": "x\n", "a.yaml": "y\n"})
    assert (tmp_path / "a.yaml").read_text() == "y\n"
    assert (tmp_path / "b/c.yaml").read_text() == "x\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "b"]


def test_what_was_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    read = {"a.yaml": "old\n"}
    for now in ("newer\n", None):
        if now is not None:
            (tmp_path / "a.yaml").write_text(now)
        with pytest.raises(ImportRefused, match="changed meanwhile"):
            write_together(tmp_path, {"a.yaml": "x\n", "b.yaml": "y\n"}, read)
        (tmp_path / "a.yaml").unlink(missing_ok=True)
    (tmp_path / "new.yaml").write_text("somebody's\n")
    with pytest.raises(ImportRefused, match="changed meanwhile"):
        write_together(tmp_path, {"new.yaml": "x\n"})
    assert [path.name for path in tmp_path.iterdir()] == ["new.yaml"]


def test_the_words_of_a_choice_are_offered(tmp_path: Path) -> None:
    place = desk(tmp_path)
    offered = load_workbook(place.book)["SoA"].data_validations.dataValidation
    assert any('"in,out,undetermined"' in rule.formula1 for rule in offered)
