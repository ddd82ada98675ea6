"""Student's t distribution. SciPy comes in with the first use: it takes 26 MB that scoring does not
need.
"""


def student_quantile(p: float, degrees: float) -> float:
    """The value below which Student's t with `degrees` of freedom falls with probability `p`."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, p))
