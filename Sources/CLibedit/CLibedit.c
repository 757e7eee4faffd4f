/* For wcwidth, uselocale and open_memstream; safe in this file, which shares no struct with another module. */
#define _GNU_SOURCE 1

#include "CLibedit.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

struct cel_engine {
    EditLine *edit_line;
    el_rfunc_t reader;
    void *client;
    HistoryW *history;
    FILE *discarded;
    char *discarded_text;
    size_t discarded_size;
};

/* MARK: the engine */

/* For a program that ends with the editor open: the modes that the terminal had before. */
static volatile sig_atomic_t terminal_is_ours;
static struct termios modes_before;
static char bytes_at_exit[128];

static void restore_terminal_at_exit(void) {
    if (!terminal_is_ours) return;
    ssize_t ignored = write(STDOUT_FILENO, "\r\n", 2);
    ignored = write(STDOUT_FILENO, bytes_at_exit, strlen(bytes_at_exit));
    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_before);
}

/* Signals that end the process on the spot: a fault of its own, or one that nobody handles. */
static const int fatal_signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGSYS, SIGTRAP, SIGXCPU};
enum { fatal_count = sizeof fatal_signals / sizeof *fatal_signals };
static struct sigaction previous_fatal_actions[fatal_count];
static bool handles_fatal_signals;

/* Gives the terminal back and lets the signal do what it did before. Calls async-signal-safe functions only. */
static void restore_terminal_and_die(int number, siginfo_t *info, void *context) {
    (void)context;
    int saved = errno;
    /* A process in the background must not touch the terminal: it would be stopped and never end. */
    if (terminal_is_ours && tcgetpgrp(STDIN_FILENO) == getpgrp()) {
        terminal_is_ours = false;
        size_t length = 0;
        while (length < sizeof bytes_at_exit - 1 && bytes_at_exit[length] != 0) length++;
        ssize_t ignored = write(STDOUT_FILENO, "\r\n", 2);
        ignored = write(STDOUT_FILENO, bytes_at_exit, length);
        (void)ignored;
        tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    }
    for (int i = 0; i < fatal_count; i++) {
        if (fatal_signals[i] == number) sigaction(number, &previous_fatal_actions[i], NULL);
    }
    errno = saved;
    /* A faulting instruction faults again; a signal that was sent has to be sent again. */
    if (info == NULL || info->si_code <= 0) raise(number);
}

static void handle_fatal_signals(void) {
    if (handles_fatal_signals) return;
    handles_fatal_signals = true;
    struct sigaction action = {.sa_sigaction = restore_terminal_and_die, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < fatal_count; i++) sigaction(fatal_signals[i], &action, &previous_fatal_actions[i]);
}

static void leave_fatal_signals(void) {
    if (!handles_fatal_signals) return;
    handles_fatal_signals = false;
    for (int i = 0; i < fatal_count; i++) sigaction(fatal_signals[i], &previous_fatal_actions[i], NULL);
}

static void take_terminal(void) {
    static bool is_registered = false;
    if (!is_registered) is_registered = atexit(restore_terminal_at_exit) == 0;
    terminal_is_ours = tcgetattr(STDIN_FILENO, &modes_before) == 0;
    if (terminal_is_ours) handle_fatal_signals();
}

void cel_at_exit_write(const char *bytes) {
    strncpy(bytes_at_exit, bytes, sizeof bytes_at_exit - 1);
}

int cel_typed_ahead(void) {
    /* In canonical mode the kernel counts whole lines only, and just these have their Enter turned into a newline. */
    struct termios modes;
    int count = 0;
    if (tcgetattr(STDIN_FILENO, &modes) != 0 || !(modes.c_lflag & ICANON) || !(modes.c_iflag & ICRNL)) return 0;
    return ioctl(STDIN_FILENO, FIONREAD, &count) == 0 ? count : 0;
}

void cel_release_terminal(void) {
    terminal_is_ours = false;
    leave_fatal_signals();
}

void cel_close(cel_engine *engine) {
    if (engine->edit_line != NULL) el_end(engine->edit_line);
    if (engine->history != NULL) history_wend(engine->history);
    if (engine->discarded != NULL) fclose(engine->discarded);
    free(engine->discarded_text);
    free(engine);
}

cel_engine *cel_open(const char *program) {
    cel_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) return NULL;
    engine->discarded = open_memstream(&engine->discarded_text, &engine->discarded_size);
    engine->history = history_winit();
    if (engine->discarded != NULL && engine->history != NULL) {
        /* The descriptors are the real ones: libedit sets the terminal modes through them. */
        engine->edit_line = el_init_fd(program, stdin, engine->discarded, stderr,
                                       STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
    }
    if (engine->edit_line == NULL) {
        cel_close(engine);
        return NULL;
    }
    el_wset(engine->edit_line, EL_CLIENTDATA, engine);
    take_terminal();
    HistEventW event;
    history_w(engine->history, &event, H_SETSIZE, 1000);
    el_wset(engine->edit_line, EL_HIST, history_w, engine->history);
    return engine;
}

EditLine *cel_edit_line(cel_engine *engine) { return engine->edit_line; }

static cel_engine *engine_of(EditLine *edit_line) {
    void *engine = NULL;
    el_wget(edit_line, EL_CLIENTDATA, &engine);
    return engine;
}

void cel_set_client(EditLine *edit_line, void *client) { engine_of(edit_line)->client = client; }

void *cel_client(EditLine *edit_line) { return engine_of(edit_line)->client; }

bool cel_take_bell(cel_engine *engine) {
    fflush(engine->discarded);
    bool rang = engine->discarded_size > 0
        && memchr(engine->discarded_text, '\a', engine->discarded_size) != NULL;
    rewind(engine->discarded);
    return rang;
}

void cel_remember(cel_engine *engine, const wchar_t *line) {
    HistEventW event;
    history_w(engine->history, &event, H_ENTER, line);
}

const LineInfoW *cel_line(EditLine *edit_line) {
    /* `el_wline` answers the engine's own record of the line. Going to the end of an empty line in vi's command mode
       leaves the cursor before the buffer, and going to a mark leaves it behind the end; deleting there moves the end
       before the buffer as well. Some commands look for a NUL behind the end. */
    LineInfoW *line = (LineInfoW *)el_wline(edit_line);
    if (line->lastchar < line->buffer) line->lastchar = line->buffer;
    if (line->cursor < line->buffer) line->cursor = line->buffer;
    if (line->cursor > line->lastchar) line->cursor = line->lastchar;
    *(wchar_t *)line->lastchar = 0;
    return line;
}

bool cel_replace_line(EditLine *edit_line, const wchar_t *text, size_t count, size_t cursor) {
    /* The end of the line may be set; the room behind it may not. Room is made by inserting, which neither kills nor
       yanks. */
    LineInfoW *line = (LineInfoW *)cel_line(edit_line);
    wchar_t *buffer = (wchar_t *)line->buffer;
    size_t present = (size_t)(line->lastchar - line->buffer);
    if (count > present) {
        size_t missing = count - present;
        wchar_t *filler = malloc((missing + 1) * sizeof *filler);
        if (filler == NULL) return false;
        wmemset(filler, L' ', missing);
        filler[missing] = 0;
        int result = el_winsertstr(edit_line, filler);
        free(filler);
        if (result != 0) return false;
        buffer = (wchar_t *)line->buffer;
    }
    wmemcpy(buffer, text, count);
    line->lastchar = buffer + count;
    line->cursor = buffer + (cursor < count ? cursor : count);
    *(wchar_t *)line->lastchar = 0;
    return true;
}

int cel_set_flag(EditLine *edit_line, int operation, int value) { return el_wset(edit_line, operation, value); }

int cel_get_flag(EditLine *edit_line, int operation) {
    int value = 0;
    el_wget(edit_line, operation, &value);
    return value;
}

int cel_set_editor(EditLine *edit_line, const char *name) { return el_set(edit_line, EL_EDITOR, name); }

bool cel_is_vi(EditLine *edit_line) {
    const wchar_t *name = NULL;
    return el_wget(edit_line, EL_EDITOR, &name) == 0 && name != NULL && wcscmp(name, L"vi") == 0;
}

/* A line of so few characters takes one row, or two of the narrowest screen. */
enum { shortest_drawn = 16 };

/* The engine asks for each key here, so it never runs a command on a line that another has left damaged. */
static int read_on_sound_line(EditLine *edit_line, wchar_t *character) {
    cel_line(edit_line);
    int result = engine_of(edit_line)->reader(edit_line, character);
    const LineInfoW *line = cel_line(edit_line);
    /* A typed character is drawn on the picture of the line as it was last drawn. It counts the rows of a longer line
       and writes behind the screen when that picture is out of date, which what we put into the line makes it. */
    if (line->lastchar - line->buffer >= shortest_drawn) el_wset(edit_line, EL_REFRESH);
    return result;
}

int cel_set_reader(EditLine *edit_line, el_rfunc_t reader) {
    engine_of(edit_line)->reader = reader;
    return el_wset(edit_line, EL_GETCFN, read_on_sound_line);
}

int cel_add_function(EditLine *edit_line, const char *name, cel_key_function function) {
    /* The narrow call copies the name, the wide one would keep our pointer. */
    return el_set(edit_line, EL_ADDFN, name, name, function);
}

int cel_bind(EditLine *edit_line, const char *key, const char *function) {
    return el_set(edit_line, EL_BIND, key, function, NULL);
}

int cel_bind_command(EditLine *edit_line, const char *key, const char *function) {
    return el_set(edit_line, EL_BIND, "-a", key, function, NULL);
}

int cel_set_edit_mode_flag(EditLine *edit_line, const char *flag) {
    return el_set(edit_line, EL_SETTY, "-d", flag, NULL);
}

/* MARK: characters */

static locale_t utf8_locale;

__attribute__((constructor)) static void open_utf8_locale(void) {
    static const char *const names[] = {"C.UTF-8", "en_US.UTF-8", "UTF-8", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names && utf8_locale == (locale_t)0; i++) {
        utf8_locale = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
    }
}

void *cel_enter_utf8(void) { return utf8_locale == (locale_t)0 ? NULL : (void *)uselocale(utf8_locale); }

void cel_leave_utf8(void *previous) {
    if (previous != NULL) uselocale((locale_t)previous);
}

int cel_columns(uint32_t scalar) {
    void *previous = cel_enter_utf8();
    int columns = wcwidth((wchar_t)scalar);
    cel_leave_utf8(previous);
    return columns;
}

/* MARK: signals */

enum { most_signals = 8 };
static volatile sig_atomic_t signal_descriptor = -1;
static int forwarded_count;
static int forwarded_signals[most_signals];
static struct sigaction previous_actions[most_signals];

static void forward_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    /* The pipe does not block; when it is full the reader is awake already. */
    ssize_t ignored = write(signal_descriptor, &byte, 1);
    (void)ignored;
    errno = saved;
}

void cel_forward_signals(const int *signals, int count, int descriptor) {
    signal_descriptor = descriptor;
    struct sigaction action = {.sa_handler = forward_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    forwarded_count = count < most_signals ? count : most_signals;
    for (int i = 0; i < forwarded_count; i++) {
        forwarded_signals[i] = signals[i];
        sigaction(signals[i], &action, &previous_actions[i]);
    }
}

void cel_restore_signals(void) {
    struct sigaction nothing = {.sa_handler = SIG_IGN};
    for (int i = 0; i < forwarded_count; i++) {
        sigaction(forwarded_signals[i], forwarded_signals[i] == SIGHUP ? &nothing : &previous_actions[i], NULL);
    }
    forwarded_count = 0;
    signal_descriptor = -1;
}
