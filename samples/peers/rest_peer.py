"""REST by Flask and requests: the payload as the body, or with --base64 as a JSON string."""

import base64, logging, threading
from importlib.metadata import version
from peer import Receiver, arguments, clock, end_with_input, orders, say


def receive(given):
    from flask import Flask, request
    from werkzeug.serving import WSGIRequestHandler, make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"  # keeps the connection
    app = Flask(__name__)
    receiver = Receiver(given.payloads)

    @app.post("/frame")
    def frame():
        if given.base64:
            receiver.took(base64.b64decode(request.get_json()["image"]))
        else:
            receiver.took(request.get_data())
        return "", 204

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say("ready", "127.0.0.1:%d" % server.port, "Flask", version("flask"))
    end_with_input()


def send(given):
    import requests

    session = requests.Session()
    say("ready", "-", "requests", version("requests"))
    for number, due in orders():
        start = due or clock()
        payload = given.payloads[number % len(given.payloads)]
        url = f"http://{given.address}/frame"
        if given.base64:
            answer = session.post(url, json={"image": base64.b64encode(payload).decode()}, timeout=20)
        else:
            answer = session.post(url, data=payload, timeout=20)
        answer.raise_for_status()
        say("sent", number, start, clock())


given = arguments("--base64")
send(given) if given.role == "send" else receive(given)
