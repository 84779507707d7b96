/* Memory: what comes back, and how the process ends when nothing can. Arena included. */
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

/* Exit status of a child that runs fn; what it writes to stderr goes to text. */
static int ended_with(void (*fn)(void), char *text, size_t size)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        fn();
        _exit(42);
    }
    close(out[1]);
    ssize_t n = read(out[0], text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    close(out[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void third_allocation_fails(void)
{
    mem_fail_after(2);
    mem_free(mem_alloc(1));
    mem_free(mem_grow(NULL, 1, 1));
    mem_zalloc(1);
}

static void two_allocations_pass(void)
{
    mem_fail_after(2);
    mem_free(mem_alloc(1));
    mem_free(mem_array(1, 1));
    mem_fail_after(-1);
    mem_free(mem_alloc(1));
}

static void array_overflows(void)
{
    mem_array(SIZE_MAX / 2, 3);
}

static void grow_overflows(void)
{
    mem_grow(NULL, SIZE_MAX, SIZE_MAX);
}

static void without_memory_the_process_says_so_and_leaves_with_1(void **state)
{
    (void)state;
    char text[200];
    assert_int_equal(ended_with(third_allocation_fails, text, sizeof text), 1);
    assert_string_equal(text, "ticketmill: out of memory\n");
    assert_int_equal(ended_with(array_overflows, text, sizeof text), 1);
    assert_int_equal(ended_with(grow_overflows, text, sizeof text), 1);
    assert_int_equal(ended_with(two_allocations_pass, text, sizeof text), 42);
    assert_string_equal(text, "");
}

static void empty_and_absent_are_told_apart(void **state)
{
    (void)state;
    void *p = mem_alloc(0);
    assert_non_null(p);
    mem_free(p);
    mem_free(NULL);
    p = mem_array(0, 8);
    assert_non_null(p);
    mem_free(mem_grow(p, 0, 8));
    assert_null(mem_str(NULL));
    assert_null(mem_slice(SLICE_NONE));
    char *s = mem_slice(slice_of("abc", 2));
    assert_string_equal(s, "ab");
    mem_free(s);
    s = mem_str("");
    assert_string_equal(s, "");
    mem_free(s);
}

static void zeroed_memory_is_zero(void **state)
{
    (void)state;
    static const char zero[100];
    for (int i = 0; i < 20; i++) {
        char *a = mem_zalloc(100), *b = mem_array(10, 10);
        assert_memory_equal(a, zero, 100);
        assert_memory_equal(b, zero, 100);
        memset(a, 1, 100);
        memset(b, 1, 100);
        mem_free(a);
        mem_free(b);
    }
}

static void arena_pieces_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        pieces[i] = arena_alloc(&a, i * 7);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)(i & 0xff), i * 7);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i * 7; k++)
            assert_int_equal(pieces[i][k], i & 0xff);
    size_t before = a.total;
    memset(arena_zalloc(&a, 1 << 20), 1, 1 << 20); /* larger than any block */
    assert_true(a.total >= before + (1 << 20));
    assert_true(slice_eq(arena_copy(&a, SLICE_LIT("a\0b")), SLICE_LIT("a\0b")));
    assert_null(arena_copy(&a, SLICE_NONE).p);
    assert_non_null(arena_copy(&a, SLICE_LIT("")).p);
    assert_string_equal(arena_str(&a, SLICE_NONE), "");
    assert_string_equal(arena_str(&a, slice_of("abc", 2)), "ab");
    arena_deinit(&a);
    assert_int_equal(a.total, 0);
    arena_deinit(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_the_process_says_so_and_leaves_with_1),
        cmocka_unit_test(empty_and_absent_are_told_apart),
        cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(arena_pieces_are_aligned_and_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
