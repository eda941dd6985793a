"""Questions of cause: why a gradient, a value or a loss is what it is, link by link."""
