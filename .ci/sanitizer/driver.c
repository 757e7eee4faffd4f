/* Feeds the C shim and libedit's own functions with random keys, as the line editor uses them: text goes in and out
   through the shim only, commands are libedit's. For AddressSanitizer.

   Usage: driver KEYS SEED emacs|vi */
#define _GNU_SOURCE 1

#include "CLibedit.h"

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static uint64_t state;
static long left;
static cel_engine *engine;

static uint32_t next_number(uint32_t bound) {
    state += 0x9e3779b97f4a7c15;
    uint64_t mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return (uint32_t)((mixed ^ (mixed >> 31)) % bound);
}

static void check(EditLine *edit_line) {
    const LineInfoW *line = cel_line(edit_line);
    if (line->buffer > line->cursor || line->cursor > line->lastchar || *line->lastchar != 0) abort();
    /* Every character is read, so that the sanitizer sees the line. */
    volatile wchar_t seen = 0;
    for (const wchar_t *character = line->buffer; character < line->lastchar; character++) seen ^= *character;
}

static unsigned char submit(EditLine *edit_line, wint_t key) {
    (void)key;
    const LineInfoW *line = cel_line(edit_line);
    size_t count = (size_t)(line->lastchar - line->buffer);
    wchar_t *text = malloc((count + 1) * sizeof *text);
    wmemcpy(text, line->buffer, count);
    text[count] = 0;
    if (count > 0) cel_remember(engine, text);
    free(text);
    return CC_FATAL;
}

/* Puts another text in place of the line: what pasting, history, undoing and moving do. */
static unsigned char replace(EditLine *edit_line, wint_t key) {
    (void)key;
    uint32_t count = next_number(20) == 0 ? next_number(6000) : next_number(40);
    wchar_t *text = malloc((count + 1) * sizeof *text);
    for (uint32_t i = 0; i < count; i++) text[i] = next_number(5) == 0 ? L' ' : (wchar_t)(L'a' + next_number(26));
    text[count] = 0;
    if (!cel_replace_line(edit_line, text, count, next_number(count + 1))) abort();
    free(text);
    return CC_REFRESH;
}

static unsigned char insert_newline(EditLine *edit_line, wint_t key) {
    (void)key;
    const LineInfoW *line = cel_line(edit_line);
    size_t count = (size_t)(line->lastchar - line->buffer), cursor = (size_t)(line->cursor - line->buffer);
    wchar_t *text = malloc((count + 1) * sizeof *text);
    wmemcpy(text, line->buffer, cursor);
    text[cursor] = L'\n';
    wmemcpy(text + cursor + 1, line->buffer + cursor, count - cursor);
    if (!cel_replace_line(edit_line, text, count + 1, cursor + 1)) abort();
    free(text);
    return CC_REFRESH;
}

static int read_key(EditLine *edit_line, wchar_t *character) {
    check(edit_line);
    (void)cel_take_bell(engine);
    /* Lines do not grow for ever: each key costs the time to draw them. */
    const LineInfoW *line = cel_line(edit_line);
    if (left-- <= 0) return 0;
    if (next_number(2000) == 0) {
        struct winsize size = {.ws_row = (unsigned short)(2 + next_number(40)), .ws_col = (unsigned short)(10 + next_number(100))};
        ioctl(STDIN_FILENO, TIOCSWINSZ, &size);
        el_resize(edit_line);
    }
    if (line->lastchar - line->buffer > 3000) {
        *character = L'\r';
        return 1;
    }
    static const wchar_t named[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x90, 0x91, 0x92, 0x93};
    static const wchar_t commands[] = L"$0^wWbBeEhljkxXdDcCyYpPiIaAsSrRfFtT;,/?nNGu.~%|_-+123456789U \x1b$x$D";
    switch (next_number(10)) {
    case 0: case 1: *character = (wchar_t)next_number(32); break;
    case 2: *character = named[next_number(sizeof named / sizeof *named)]; break;
    case 3: *character = 27; break;
    case 4: *character = (wchar_t)(32 + next_number(95)); break;
    case 5: *character = (wchar_t)(0xa0 + next_number(0x2000)); break;
    default: *character = commands[next_number(sizeof commands / sizeof *commands - 1)]; break;
    }
    /* ^Z would stop the process, ^D would end the line. */
    if (*character == 26 || *character == 4) *character = L'x';
    return 1;
}

int main(int count, char **arguments) {
    if (count != 4) return 64;
    left = atol(arguments[1]);
    state = strtoull(arguments[2], NULL, 10);
    int master, terminal;
    if (openpty(&master, &terminal, NULL, NULL, NULL) != 0) return 1;
    dup2(terminal, STDIN_FILENO);
    dup2(terminal, STDOUT_FILENO);
    setenv("TERM", "xterm", 1);
    void *locale = cel_enter_utf8();
    engine = cel_open("baton");
    if (engine == NULL) return 1;
    EditLine *edit_line = cel_edit_line(engine);
    cel_set_client(edit_line, engine);
    cel_set_editor(edit_line, arguments[3]);
    cel_set_flag(edit_line, EL_SIGNAL, 0);
    cel_set_reader(edit_line, read_key);
    cel_add_function(edit_line, "test-submit", submit);
    cel_add_function(edit_line, "test-replace", replace);
    cel_add_function(edit_line, "test-newline", insert_newline);
    bool is_vi = cel_is_vi(edit_line);
    static const char *const keys[][2] = {
        {"^M", "test-submit"}, {"^J", "test-newline"}, {"^C", "test-submit"}, {"\\200", "test-replace"},
        {"\\202", "test-replace"}, {"\\204", "ed-move-to-beg"}, {"\\205", "ed-move-to-end"},
        {"\\207", "em-next-word"}, {"\\220", "ed-prev-word"}, {"\\222", "test-replace"}, {"\\223", "test-replace"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cel_bind(edit_line, keys[i][0], keys[i][1]);
        if (is_vi) cel_bind_command(edit_line, keys[i][0], keys[i][1]);
    }
    if (!is_vi) {
        cel_bind(edit_line, "\\ex", "ed-unassigned");
        cel_bind(edit_line, "\\eX", "ed-unassigned");
    } else {
        /* `v` would start an editor. */
        static const char *const unbound[] = {":", "v"};
        for (size_t i = 0; i < 2; i++) cel_bind_command(edit_line, unbound[i], "ed-unassigned");
    }
    int length;
    while (el_wgets(edit_line, &length) != NULL || left > 0) check(edit_line);
    cel_release_terminal();
    cel_close(engine);
    cel_leave_utf8(locale);
    fprintf(stderr, "%s: %s keys, seed %s: sound\n", arguments[3], arguments[1], arguments[2]);
    return 0;
}
