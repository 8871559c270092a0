from datetime import timedelta

from ivr.domain.calls import CallId, Comment
from ivr.store.comments import SqlComments
from ivr.store.database import Database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer
from ivr.usecases.delete_comments import KeptComment

from .samples import START

CALL = CallId("madrid", "1.1")
DAY = timedelta(days=1)


async def test_comments_are_due_when_their_time_is_over_and_until_they_are_deleted(
    database: Database, writer: Writer, ledger: SqlLedger
) -> None:
    for question, days in (("primary", 90), ("solved-12", 30), ("nps-11", 30)):
        await ledger.record(Comment(CALL, question, f"f+{question}", "wav", 4.02, START, START + days * DAY))
    comments = SqlComments(database, writer)
    assert await comments.expired(START + 30 * DAY - timedelta(seconds=1)) == []
    due = await comments.expired(START + 30 * DAY)
    assert due == [
        KeptComment(CALL, "nps-11", "f+nps-11", "wav"),
        KeptComment(CALL, "solved-12", "f+solved-12", "wav"),
    ]
    await comments.note_deleted(due[:1], START + 31 * DAY)
    await comments.note_deleted(due[:1], START + 32 * DAY)
    assert await comments.expired(START + 31 * DAY) == due[1:]
    deleted = database.read_now(
        lambda connection: connection.exec_driver_sql(
            "SELECT question FROM comments WHERE deleted_at IS NOT NULL"
        ).all()
    )
    assert [row.question for row in deleted] == ["nps-11"]
    lying = {("f+nps-11", "wav"), ("f+nps-11", "gsm"), ("f+primary", "wav"), ("f+else", "wav")}
    assert await comments.noted_deleted(lying | {(f"g{number}", "wav") for number in range(600)}) == {
        ("f+nps-11", "wav")
    }
    assert await comments.files() == {("f+primary", "wav"), ("f+solved-12", "wav"), ("f+nps-11", "wav")}
