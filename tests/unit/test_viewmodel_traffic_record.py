"""What the History page says, from what a daemon has recorded."""

import pytest
from fake_history import NOW, SINCE, TODAY, estimated, recorded
from msgspec.structs import replace

from mpmanager.api.history import HistoryQuery
from mpmanager.model.history import HistoryRange
from mpmanager_ui.viewmodels import traffic_record as record

PRESENT = ["wlan0", "dsl0", "wwan0"]
TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE", "dsl0": "xDSL"}


def ask(range_=HistoryRange.DAY, offset=0, **more):
    return recorded(HistoryQuery(range=range_, offset=offset, **more))


def chart(info):
    return record.bar_chart(info, PRESENT, now=NOW.timestamp())


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("range_", "offset", "title"),
    [
        (HistoryRange.DAY, 0, "Today, 19 November"),
        (HistoryRange.DAY, 1, "Yesterday, 18 November"),
        (HistoryRange.DAY, 2, "Tuesday, 17 November 2026"),
        (HistoryRange.WEEK, 0, "16 November \N{EN DASH} 22 November 2026"),
        (HistoryRange.MONTH, 1, "October 2026"),
    ],
)
def test_a_period_has_a_name(range_, offset, title):
    assert record.period_title(ask(range_, offset)) == title


def test_bars_hold_every_byte_below_a_round_top_and_gaps_are_no_zeros():
    info = ask(HistoryRange.MONTH)
    shown = chart(info)
    assert shown.paths == ("wlan0", "dsl0", "wwan0", "usb7")  # what is gone stands last
    assert sum(bar.total for bar in shown.bars) == sum(row.rx_bytes + row.tx_bytes for row in info.rows)
    assert shown.top == shown.ticks()[-1] >= max(bar.total for bar in shown.bars)
    days = [bar.is_recorded for bar in shown.bars]
    assert days.index(True) == SINCE.day - 1
    assert len(days) - days[::-1].index(True) == TODAY.day
    assert record.chart_rows(shown)[0] == ("Sunday, 1 November", *["—"] * 5)
    assert record.chart_rows(chart(ask()))[3][0] == "03:00\N{EN DASH}04:00"


def test_the_sentence_tells_how_much_went_over_what_and_why():
    titles = record.titles_of(ask(), TITLES)
    text = plain(record.summary(ask(), titles, only_metered=False))
    assert text.startswith("2.8 GB over Wi-Fi, 799.3 MB over xDSL, 319.7 MB over LTE and")
    assert text.endswith("over Phone tether (usb7); 15.6 MB of it because data was late.")
    nothing = replace(ask(), rows=[])
    assert record.summary(nothing, titles, only_metered=True) == "Nothing was carried over metered paths."
    assert chart(nothing).is_empty


def test_applications_come_by_size_and_what_is_none_comes_last():
    table = record.usage_table(ask(only_metered=True), PRESENT, TITLES)
    assert table.header == ("Application", "LTE", "usb7", "Together", "Because late", "Helped", "Waited")
    assert [row.name for row in table.rows] == [
        "rsync",
        "Firefox",
        "Element",
        "ssh",
        "Other traffic and headers",
        "Other users",
    ]
    assert [row.is_aside for row in table.rows] == [False] * 4 + [True] * 2
    first = [plain(cell) for cell in table.rows[0].cells]
    assert first[3:] == ["8.6 MB", "6\N{MULTIPLICATION SIGN}", "54 of 50 ms"]
    assert record.applications_of(ask())[0] == ("exe:/usr/bin/rsync", "rsync")
    assert len(record.applications_of(ask())) == 4


def test_a_wait_has_its_price_and_what_is_not_known_is_said():
    estimate = estimated("", 1, known=True)
    rows = record.cost_rows(estimate)
    assert [(plain(each.words), plain(each.amount)) for each in rows][::3] == [
        ("0 ms", "at most 2.9 GB"),
        ("100 ms", "61.0 MB"),
        ("no limit", "nothing"),
    ]
    assert rows[0].share == 1.0
    sentences = {wait: plain(record.cost_sentence(estimate, wait)) for wait in (0.0, 50.0, "never")}
    assert sentences[50.0] == "With 50 ms, about 122.0 MB of last week's 5.1 GB would have gone over a backup."
    assert "pooled: at most 2.9 GB" in sentences[0.0]
    assert "nothing of last week's" in sentences["never"]
    assert plain(record.cost_basis(estimate)).endswith("Really, 118.0 MB went over a backup, 14 times.")
    unknown = estimated("", 1, known=False)
    assert record.cost_sentence(unknown, 50.0).startswith("How long its data waited is not known")
    assert record.cost_basis(unknown) == ""
