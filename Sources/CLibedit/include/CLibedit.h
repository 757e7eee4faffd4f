#ifndef BATON_CLIBEDIT_H
#define BATON_CLIBEDIT_H

#include <histedit.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <wchar.h>

/* Swift does not import variadic C functions; these are the calls of libedit that we need, with fixed arguments.
   No feature macro is defined here: it would change the structs of glibc against other C modules of the same build. */

/// A function bound to a key. Answers one of the `CC_` codes.
typedef unsigned char (*cel_key_function)(EditLine *, wint_t);

/// libedit used as an editing engine only: what it would draw goes to memory and is discarded.
typedef struct cel_engine cel_engine;

/// Opens the engine on standard input. NULL when memory is short.
///
/// Until `cel_release_terminal` the modes of the terminal are also restored when the process calls `exit` or is ended
/// by a signal such as SIGSEGV or SIGABRT.
cel_engine *cel_open(const char *program);
/// The bytes that undo what was switched on in the terminal, written when the process ends meanwhile.
///
/// At most 127 of them.
void cel_at_exit_write(const char *bytes);
/// How many bytes of whole lines were typed before the terminal was taken over, while Enter still was a newline.
int cel_typed_ahead(void);
/// Says that the terminal has its own modes again.
void cel_release_terminal(void);
/// Restores the terminal and frees everything.
void cel_close(cel_engine *);

EditLine *cel_edit_line(cel_engine *);
/// What `cel_client` answers, for the callbacks.
void cel_set_client(EditLine *, void *client);
void *cel_client(EditLine *);
/// Whether libedit has asked for the bell since the last call; forgets what it wanted to draw.
bool cel_take_bell(cel_engine *);
/// Adds a line to libedit's own history, which the search commands of vi mode read.
void cel_remember(cel_engine *, const wchar_t *line);

/// The line, with cursor and end inside the buffer whatever the engine's commands have left.
///
/// Every access to the line goes through here; before each key it happens by itself.
const LineInfoW *cel_line(EditLine *);
/// Puts a text in place of the whole line, without the engine's undo and kill buffers noticing. Answers whether it fitted.
bool cel_replace_line(EditLine *, const wchar_t *text, size_t count, size_t cursor);

int cel_set_flag(EditLine *, int operation, int value);
int cel_get_flag(EditLine *, int operation);
int cel_set_editor(EditLine *, const char *name);
bool cel_is_vi(EditLine *);
int cel_set_reader(EditLine *, el_rfunc_t);
int cel_add_function(EditLine *, const char *name, cel_key_function);
/// Binds a key in the map for insertion.
int cel_bind(EditLine *, const char *key, const char *function);
/// Binds a key in the map of vi's command mode.
int cel_bind_command(EditLine *, const char *key, const char *function);
/// Changes one flag (such as `-isig`) of the terminal modes used while editing.
int cel_set_edit_mode_flag(EditLine *, const char *flag);

/// Columns of one code point in UTF-8, whatever locale the process is in. -1 when the C library does not know it.
int cel_columns(uint32_t scalar);
/// Gives the calling thread a UTF-8 character type for libedit's sake; answers what `cel_leave_utf8` wants.
void *cel_enter_utf8(void);
void cel_leave_utf8(void *previous);

/// Lets each of the signals write its number, as one byte, to `descriptor`. One set at a time in a process.
void cel_forward_signals(const int *signals, int count, int descriptor);
/// Gives the signals back the actions they had before `cel_forward_signals`, but for SIGHUP.
///
/// That is ignored from now on: of a terminal that is gone, input, signal and the end of the session each tell, in any
/// order, and whoever leaves in order must not die of the last of them.
void cel_restore_signals(void);

#endif
