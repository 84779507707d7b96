/*
 * Feeds files to a fuzz target without a fuzzer: in an ordinary test run every input that was ever
 * found interesting is tried again, with whatever compiler and sanitizer the build has.
 * Arguments are files and folders (not searched deeper). It makes no new inputs; `make fuzz` does.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (!file || fstat(fileno(file), &st) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        if (file)
            fclose(file);
        return 1;
    }
    /* Exactly as large as the input, so that a sanitizer sees a read beyond it. */
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size ? size : 1);
    assert(data);
    size_t got = fread(data, 1, size, file);
    fclose(file);
    if (got == size) {
        LLVMFuzzerTestOneInput(data, size);
        replayed++;
    }
    free(data);
    return got != size;
}

static int replay_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return replay_file(path);
    int failed = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        failed |= replay_file(name);
    }
    closedir(dir);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay_folder(argv[i]);
    printf("%u inputs replayed\n", replayed);
    return failed || replayed == 0;
}
