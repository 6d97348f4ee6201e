"""The stores, one module each: what keeps contexts. A store's URL names it."""
