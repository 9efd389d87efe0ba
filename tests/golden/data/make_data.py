"""Makes the small array files that the readers of npy, npz and csv are tested against.

    python make_data.py [folder]

Needs numpy and scipy; the versions that made the committed files stand in versions.txt. The tests
read the files and know the values from the formulas here.
"""
import io
import pathlib
import sys
import zipfile

import numpy as np
import scipy
import scipy.sparse


def arrays():
    matrix = np.arange(12, dtype=np.float64).reshape(4, 3) / 8 - 0.5
    yield "f8", matrix
    yield "f4", matrix.astype("<f4")
    yield "f2", matrix.astype("<f2")
    yield "f8_fortran", np.asfortranarray(matrix)
    yield "f8_big", matrix.astype(">f8")
    yield "f4_big_fortran", np.asfortranarray(matrix.astype(">f4"))
    yield "i8", np.arange(-6, 6, dtype=np.int64).reshape(4, 3)
    yield "i4_big", np.arange(-6, 6, dtype=">i4").reshape(4, 3)
    yield "i2", np.arange(-6, 6, dtype=np.int16)
    yield "i1", np.arange(-6, 6, dtype=np.int8)
    yield "u1", np.arange(12, dtype=np.uint8)
    yield "u2_big", np.arange(12, dtype=">u2")
    yield "u4", np.arange(12, dtype=np.uint32)
    yield "u8", np.array([0, 1, 2**63, 2**64 - 1], dtype=np.uint64)
    yield "bool", np.array([True, False, True])
    yield "text", np.array(["a", "", "Grüße", "日本", "🙂 x"])
    yield "text_big", np.array(["ab", "ü"]).astype(">U2")
    yield "bytes", np.array([b"ab", b"c", b""])
    yield "scalar", np.array(2.5)
    yield "empty", np.zeros((0, 3))
    yield "cube", np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    yield "cube_fortran", np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4))


def main(folder):
    folder = pathlib.Path(folder)
    for name, array in arrays():
        np.save(folder / f"{name}.npy", array)
    matrix = dict(arrays())["f8"]
    for version in ((2, 0), (3, 0)):
        with open(folder / f"f8_v{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, matrix, version=version)
    np.save(folder / "object.npy", np.array([1, "a"], dtype=object), allow_pickle=True)
    np.save(folder / "structure.npy", np.zeros(2, dtype=[("a", "<f8"), ("b", "<i4")]))
    np.save(folder / "complex.npy", np.zeros(2, dtype=np.complex64))
    np.save(folder / "date.npy", np.zeros(2, dtype="datetime64[s]"))
    np.savez(folder / "stored.npz", X=matrix, names=np.array(["u", "vw"]))
    np.savez_compressed(folder / "deflated.npz", X=np.tile(matrix, (50, 1)))
    sparse = scipy.sparse.csr_matrix(
        np.array([[0, 1.5, 0], [0, 0, 0], [-2.0, 0, 3.25], [0, 0, 0]]))
    scipy.sparse.save_npz(folder / "csr.npz", sparse)
    scipy.sparse.save_npz(folder / "csr_stored.npz", sparse, compressed=False)
    scipy.sparse.save_npz(folder / "csc.npz", sparse.tocsc())
    buffer = io.BytesIO()
    np.save(buffer, matrix)
    with zipfile.ZipFile(folder / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("X.npy", buffer.getvalue())
    (folder / "versions.txt").write_text(
        f"numpy {np.__version__}\nscipy {scipy.__version__}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
