# a model whose bill was above its bound is asked before its calls have ended
# src/pipeline/providers.c
# test: tests/unit/pipeline/test_providers
s|if (l->found && o->held)|if (false \&\& o->held)|
