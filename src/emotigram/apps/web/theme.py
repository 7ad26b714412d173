"""Colours and type of the page; fonts are the system's own, so that nothing is fetched."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils import colors

_SANS = (
    "ui-sans-serif",
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
)
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas")


def page_theme() -> gr.themes.Base:
    """Return the theme; light and dark follow the browser."""
    theme = gr.themes.Base(
        primary_hue=colors.indigo,
        neutral_hue=colors.zinc,
        radius_size="lg",
        font=[*(gr.themes.Font(name) for name in _SANS), gr.themes.Font("sans-serif")],
        font_mono=[*(gr.themes.Font(name) for name in _MONO), gr.themes.Font("monospace")],
    )
    return theme.set(
        body_background_fill="#f6f6f4",
        body_background_fill_dark="#121214",
        block_background_fill="#ffffff",
        block_background_fill_dark="#1b1b1f",
        block_border_color="#e6e6e2",
        block_border_color_dark="#2c2c32",
        block_label_background_fill="#ffffff",
        block_label_background_fill_dark="#1b1b1f",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="#ffffff",
    )
