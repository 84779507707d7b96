/* Edit distance between two short words, kept to three rows of the usual table: enough to see a
 * swap of neighbours. Works on bytes; the words compared are names of commands, options and keys.
 */
#include "base/near.h"

static int least(int a, int b)
{
    return a < b ? a : b;
}

int near_distance(struct slice a, struct slice b)
{
    int row[3][NEAR_MAX + 1]; /* two before, before, now */

    if (a.n > NEAR_MAX || b.n > NEAR_MAX)
        return NEAR_FAR;
    for (size_t j = 0; j <= b.n; j++)
        row[1][j] = (int)j;
    for (size_t i = 1; i <= a.n; i++) {
        row[2][0] = (int)i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = a.p[i - 1] == b.p[j - 1];
            int best = least(least(row[1][j], row[2][j - 1]) + 1, row[1][j - 1] + !same);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                best = least(best, row[0][j - 2] + 1);
            row[2][j] = best;
        }
        memcpy(row[0], row[1], sizeof row[0]);
        memcpy(row[1], row[2], sizeof row[1]);
    }
    return row[1][b.n];
}

bool near_match(struct slice found, const char *known, int *distance)
{
    struct slice k = slice_str(known);
    *distance = near_distance(found, k);
    return *distance <= (k.n <= 4 ? 1 : k.n <= 8 ? 2 : 3);
}
