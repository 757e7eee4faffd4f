#ifndef BATON_CVTERM_SHIM_H
#define BATON_CVTERM_SHIM_H

#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <vterm.h>
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif

/* Both are hidden by the feature macros of Swift's Glibc module. */
#ifdef __APPLE__
#define CVTERM_SPAWN_SETSID 0x0400
#else
#define CVTERM_SPAWN_SETSID 0x80
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
#endif

/* Function-like macros of vterm.h, which Swift does not import. */
static inline bool cvterm_is_default(const VTermColor *colour) {
    return VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour);
}
static inline bool cvterm_is_indexed(const VTermColor *colour) { return VTERM_COLOR_IS_INDEXED(colour); }
static inline int cvterm_index(const VTermColor *colour) { return colour->indexed.idx; }

/* The title that a property has as its value, for one thread; later versions hand it over in parts. */
static inline const char *cvterm_title(const VTermValue *value) {
#if VTERM_VERSION_MAJOR == 0 && VTERM_VERSION_MINOR < 2
    return value->string;
#else
    static char title[1024];
    static size_t length = 0;
    if (value->string.initial) length = 0;
    size_t count = value->string.len < sizeof title - 1 - length ? value->string.len : sizeof title - 1 - length;
    memcpy(title + length, value->string.str, count);
    length += count;
    title[length] = 0;
    return title;
#endif
}

#endif
