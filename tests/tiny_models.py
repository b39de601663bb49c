"""Small sentence-transformers models of random weights, made on the spot, of several architectures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel

HIDDEN = 48
MAX_TOKENS = 24
WORDS = (  # noqa: SIM905
    "[PAD] [UNK] [CLS] [SEP] [MASK] ask doc : . , whale seal gull sand ice robot learn walk song ocean the of and in a "
    "warm water carries heat north while deep returns it slowly ##s ##ing ##ed ##er é"
).split()
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)]
VOCABULARY = list(dict.fromkeys([*WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]))
ARCHITECTURES = ("bert", "distilbert", "mpnet", "roberta", "modernbert")

_SIZES: dict[str, Any] = {"vocab_size": len(VOCABULARY), "max_position_embeddings": 64, "pad_token_id": 0}
_USUAL: dict[str, Any] = {
    "hidden_size": HIDDEN, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96,
}  # fmt: skip
_DISTIL: dict[str, Any] = {"dim": HIDDEN, "n_layers": 2, "n_heads": 4, "hidden_dim": 96}
_MODERN: dict[str, Any] = {
    "local_attention": 8, "global_attn_every_n_layers": 2, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2,
    "eos_token_id": 3,
}  # fmt: skip


def save_model(
    folder: Path,
    architecture: str = "bert",
    *,
    pooling: str | tuple[str, ...] = "mean",
    then: Sequence[Any] = (),
    max_tokens: int = MAX_TOKENS,
    vocabulary: Sequence[str] = VOCABULARY,
    include_prompt: bool = True,
    truncation_side: str = "right",
    **settings: Any,
) -> Path:
    """A model of two layers in folder. then: the modules after the pooling. settings: of SentenceTransformer."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    part = folder.with_name(f"{folder.name}-transformer")
    random_transformer(architecture, len(vocabulary)).save_pretrained(part)
    PreTrainedTokenizerFast(
        tokenizer_object=word_pieces(vocabulary), model_max_length=64, truncation_side=truncation_side,
        pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
    ).save_pretrained(part)  # fmt: skip
    first = Transformer(str(part), max_seq_length=max_tokens)
    modules = [first, Pooling(HIDDEN, pooling, include_prompt=include_prompt), *then]
    SentenceTransformer(modules=modules, device="cpu", **settings).save(str(folder), create_model_card=False)
    return folder


def random_transformer(architecture: str, words: int) -> PreTrainedModel:
    """A transformer of that architecture; weights larger than usual, so that texts differ."""
    import torch
    from transformers import AutoConfig, AutoModel

    sizes = {**_SIZES, "vocab_size": words, **(_DISTIL if architecture == "distilbert" else _USUAL)}
    if architecture == "modernbert":
        sizes |= _MODERN
    torch.manual_seed(7)
    model = AutoModel.from_config(AutoConfig.for_model(architecture, initializer_range=0.1, **sizes))
    return model.eval()


def word_pieces(vocabulary: Sequence[str]) -> Tokenizer:
    """A tokenizer over the vocabulary, a WordPiece of lower-cased words between [CLS] and [SEP]."""
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=False)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    ends = [(word, vocabulary.index(word)) for word in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ends
    )
    return tokenizer


def reference(folder: Path) -> SentenceTransformer:
    """The model as sentence-transformers itself runs it, in 32 bits."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), local_files_only=True, device="cpu").float()
