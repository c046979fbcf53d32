"""The suggestions as JSON."""

from community.core import outbox
from community.topics import services
from tests.conftest import Client
from tests.factories import make_company, make_reply, make_topic


def test_it_answers_what_the_ask_box_shows(client: Client) -> None:
    topic = make_topic(make_company("Brightwave"), title="Router drops every night")
    reply = make_reply(topic, body="Turn off the **nightly** scan.")
    services.accept(topic.author, topic, reply)
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()

    answer = client.get(
        "/api/v1/similar?text=router+drops+at+night&company=brightwave",
        base_url="https://evil.example",
    ).json

    assert answer is not None
    [found] = answer["topics"]
    assert found["id"] == topic.id
    assert found["url"] == f"http://localhost/t/{topic.id}/router-drops-every-night"
    assert found["status"] == "solved"
    assert found["company"] == {"slug": "brightwave", "name": "Brightwave"}
    assert found["answer"]["text"] == "Turn off the nightly scan."
    assert found["answer"]["accepted_by_asker"] is True


def test_too_little_and_too_much_text_is_refused(client: Client) -> None:
    for text in ("", "ab", "x" * 1001):
        answer = client.get("/api/v1/similar", query_string={"text": text})
        assert answer.status_code == 422
        assert answer.json is not None
        assert "text" in answer.json["error"]["message"]


def test_an_unknown_company_is_not_found(client: Client) -> None:
    answer = client.get("/api/v1/similar?text=router&company=nobody")

    assert answer.status_code == 404
    assert answer.json == {
        "error": {"status": 404, "message": "There is no company at this address."}
    }
