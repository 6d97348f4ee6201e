"""The buses, one module each: what carries events. A bus's URL names it."""
