from tests.support.store import make_store, store

__all__ = ["make_store", "store"]
