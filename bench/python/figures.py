"""The last line of a measuring program."""
import json


def show(value, **others):
    print(json.dumps({'value': value, **others}))
