"""The pages: templates, what they show, and drawings. They ask the rooms' use cases and hold no statement of their own.

A page is whole without JavaScript. With it, the parts of a page that change are fetched again, each by itself
(``?part=name``), when the page's stream says that there is something new.
"""
