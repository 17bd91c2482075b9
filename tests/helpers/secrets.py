"""Secrets for servers that tests start: random, for a server refuses others, and nobody else's."""

SECRET = "s3-only-for-tests-kZ3wq9Tt0vYbF7cLx2Nf8RmH"
JWT_SECRET = "j4-only-for-tests-Yb0vT9qw3ZkHs5Jd1GpAe6uW"
