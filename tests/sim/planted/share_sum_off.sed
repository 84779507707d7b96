# the first ticket of a call pays one picodollar more
# src/pipeline/settle.c
s|split                       ? shares\[i\].cost_pusd|split ? shares[i].cost_pusd + (i == 0)|
