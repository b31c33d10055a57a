"""Every public name, as a list to read: what a change adds or takes away shows here.
Read `test_public_names.py` next, which holds the package to it.
"""

GOLDEN = {
    "": """
        BFloat16Tensor BoolTensor ByteTensor CharTensor DoubleTensor Event FloatTensor Future
        Generator GradScaler HalfTensor IntTensor LongTensor OutOfMemoryError ScriptModule
        ShortTensor Size Stream SymBool SymFloat SymInt Tensor UntypedStorage abs abs_ absolute
        accelerator acos acos_ acosh acosh_ adaptive_avg_pool1d adaptive_max_pool1d add addbmm
        addcdiv addcmul addmm addmv addmv_ addr adjoint affine_grid_generator alias_copy all
        allclose alpha_dropout alpha_dropout_ amax amin aminmax amp angle any ao arange arccos
        arccos_ arccosh arccosh_ arcsin arcsin_ arcsinh arcsinh_ arctan arctan2 arctan_ arctanh
        arctanh_ are_deterministic_algorithms_enabled argmax argmin argsort argwhere as_strided
        as_strided_ as_strided_copy as_strided_scatter as_tensor asarray asin asin_ asinh asinh_
        atan atan2 atan_ atanh atanh_ atleast_1d atleast_2d atleast_3d autocast autograd avg_pool1d
        backends baddbmm bartlett_window batch_norm bernoulli bfloat16 bilinear
        binary_cross_entropy_with_logits bincount binomial bitwise_and bitwise_left_shift
        bitwise_not bitwise_or bitwise_right_shift bitwise_xor blackman_window block_diag bmm bool
        broadcast_shapes broadcast_tensors broadcast_to bucketize can_cast cartesian_prod cat cdist
        cdouble ceil ceil_ celu celu_ cfloat chain_matmul channel_shuffle channels_last
        channels_last_3d cholesky cholesky_inverse cholesky_solve chunk clamp clamp_ clamp_max
        clamp_max_ clamp_min clamp_min_ clear_autocast_cache clip clip_ clone column_stack
        combinations compile compiled_with_cxx11_abi compiler complex complex128 complex64 concat
        concatenate conj conj_physical conj_physical_ constant_pad_nd contiguous_format conv1d
        conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d convolution copysign
        corrcoef cos cos_ cosh cosh_ cosine_embedding_loss cosine_similarity count_nonzero cov cpu
        cross ctc_loss cuda cummax cummin cumprod cumsum cumulative_trapezoid datasets
        default_generator deg2rad deg2rad_ det detach detach_ detach_copy device diag diag_embed
        diagflat diagonal diagonal_copy diagonal_scatter diff digamma dist distributed distributions
        div divide dot double dropout dropout_ dsplit dstack dtype e einsum embedding empty
        empty_like empty_permuted empty_strided enable_grad eq equal erf erf_ erfc erfc_ erfinv exp
        exp2 exp2_ exp_ expand_copy expm1 expm1_ export eye feature_alpha_dropout
        feature_alpha_dropout_ feature_dropout feature_dropout_ fft fill fill_ finfo fix fix_
        flatten flip fliplr flipud float float16 float32 float64 float_power floor floor_
        floor_divide fmax fmin fmod formulas frac frac_ frexp from_dlpack from_numpy frombuffer full
        full_like func functional futures fx gather gcd gcd_ ge geqrf ger get_autocast_cpu_dtype
        get_autocast_dtype get_autocast_gpu_dtype get_default_device get_default_dtype
        get_deterministic_debug_mode get_device get_device_module get_float32_matmul_precision
        get_num_interop_threads get_num_threads get_rng_state gradient greater greater_equal
        grid_sampler grid_sampler_2d grid_sampler_3d group_norm gru gru_cell gt half hamming_window
        hann_window hardshrink heaviside hinge_embedding_loss histc histogram histogramdd hsplit
        hstack hub hypot i0 i0_ igamma igammac iinfo imag index_add index_copy index_fill index_put
        index_put_ index_reduce index_select inf inference_mode initial_seed inner instance_norm int
        int16 int32 int64 int8 inverse is_anomaly_check_nan_enabled is_anomaly_enabled
        is_autocast_cache_enabled is_autocast_cpu_enabled is_autocast_enabled is_complex is_conj
        is_deterministic_algorithms_warn_only_enabled is_floating_point is_grad_enabled is_inference
        is_inference_mode_enabled is_neg is_nonzero is_same_size is_signed is_storage is_tensor
        is_warn_always_enabled isclose isfinite isin isinf isnan isneginf isposinf isreal istft jit
        kaiser_window kl_div kron kthvalue layer_norm layout lcm lcm_ ldexp ldexp_ le lerp less
        less_equal lgamma library linalg linspace load log log10 log10_ log1p log1p_ log2 log2_ log_
        log_softmax logaddexp logaddexp2 logcumsumexp logdet logical_and logical_not logical_or
        logical_xor logit logit_ logspace logsumexp long lstm lstm_cell lt lu lu_solve lu_unpack
        manual_seed margin_ranking_loss masked masked_fill masked_scatter masked_select matmul
        matrix_exp matrix_power max max_pool1d max_pool1d_with_indices max_pool2d max_pool3d maximum
        mean median memory_format meshgrid min minimum mm mode moveaxis movedim mps msort mul
        multinomial multiply multiprocessing mv mvlgamma nan nan_to_num nan_to_num_ nanmean
        nanmedian nanquantile nansum narrow narrow_copy native_batch_norm native_channel_shuffle
        native_dropout native_group_norm native_layer_norm ne neg neg_ negative negative_ nested
        newaxis nextafter nn no_grad nonzero nonzero_static norm normal not_equal numel ones
        ones_like onnx optim orgqr ormqr outer overrides pairwise_distance pca_lowrank pdist permute
        permute_copy pi pinverse pixel_shuffle pixel_unshuffle poisson poisson_nll_loss polar
        polygamma positive pow prelu preserve_format prod profiler promote_types put qr quantile
        quantization rad2deg rad2deg_ rand rand_like randint randint_like randn randn_like random
        randperm range ravel real reciprocal reciprocal_ relu relu_ remainder renorm
        repeat_interleave reshape resize_as_ resolve_conj resolve_neg result_type return_types
        rms_norm rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell roll rot90 round round_ row_stack
        rrelu rrelu_ rsqrt rsqrt_ rsub save scalar_tensor scatter scatter_add scatter_reduce
        searchsorted seed select select_copy select_scatter selu selu_ serialization
        set_autocast_cache_enabled set_autocast_cpu_dtype set_autocast_cpu_enabled
        set_autocast_dtype set_autocast_enabled set_autocast_gpu_dtype set_default_device
        set_default_dtype set_default_tensor_type set_deterministic_debug_mode
        set_float32_matmul_precision set_flush_denormal set_grad_enabled set_num_interop_threads
        set_num_threads set_printoptions set_rng_state set_warn_always sgn short sigmoid sigmoid_
        sign signal signbit sin sin_ sinc sinc_ sinh sinh_ slice_copy slice_scatter slogdet softmax
        sort sparse special split split_copy split_with_sizes split_with_sizes_copy sqrt sqrt_
        square square_ squeeze squeeze_copy stack std std_mean stft strided sub subtract sum summary
        svd svd_lowrank swapaxes swapdims sym_float sym_int sym_ite sym_max sym_min sym_not sym_sum
        t t_copy take take_along_dim tan tan_ tanh tanh_ tensor tensor_split tensordot testing
        threshold threshold_ tile topk trace transpose transpose_copy trapezoid trapz
        triangular_solve tril tril_indices triplet_margin_loss triu triu_indices true_divide trunc
        trunc_ typename types uint8 unbind unbind_copy unflatten unfold_copy unique
        unique_consecutive unravel_index unsafe_chunk unsafe_split unsafe_split_with_sizes unsqueeze
        unsqueeze_copy use_deterministic_algorithms utils vander var var_mean vdot version
        view_as_complex view_as_real view_copy vision viz vmap vsplit vstack where xlogy xlogy_ xpu
        zero_ zeros zeros_like
    """,
    "nn": """
        AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss
        AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d
        AvgPool3d BCELoss BCEWithLogitsLoss BatchNorm1d BatchNorm2d BatchNorm3d Bilinear Buffer CELU
        CTCLoss ChannelShuffle CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d
        ConstantPad3d Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d
        CosineEmbeddingLoss CosineSimilarity CrossEntropyLoss DataParallel Dropout Dropout1d
        Dropout2d Dropout3d ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold
        FractionalMaxPool2d FractionalMaxPool3d GELU GLU GRU GRUCell GaussianNLLLoss GroupNorm
        Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss HuberLoss Identity
        InstanceNorm1d InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LPPool1d LPPool2d LPPool3d
        LSTM LSTMCell LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d
        LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d
        LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear LeakyReLU Linear
        LinearCrossEntropyLoss LocalResponseNorm LogSigmoid LogSoftmax MSELoss MarginRankingLoss
        MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish Module ModuleDict
        ModuleList MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss MultiheadAttention
        NLLLoss PReLU PairwiseDistance Parameter ParameterDict ParameterList PixelShuffle
        PixelUnshuffle PoissonNLLLoss RMSNorm RNN RNNBase RNNCell RNNCellBase RReLU ReLU ReLU6
        ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d
        ReplicationPad3d SELU Sequential SiLU Sigmoid SmoothL1Loss SoftMarginLoss Softmax Softmax2d
        Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh Tanhshrink Threshold Transformer
        TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer
        TripletMarginLoss TripletMarginWithDistanceLoss Unflatten Unfold UninitializedBuffer
        UninitializedParameter Upsample UpsamplingBilinear2d UpsamplingNearest2d ZeroPad1d ZeroPad2d
        ZeroPad3d attention functional init parallel parameter utils
    """,
    "nn.functional": """
        adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
        adaptive_max_pool1d_with_indices adaptive_max_pool2d adaptive_max_pool2d_with_indices
        adaptive_max_pool3d adaptive_max_pool3d_with_indices affine_grid alpha_dropout avg_pool1d
        avg_pool2d avg_pool3d batch_norm bilinear binary_cross_entropy
        binary_cross_entropy_with_logits celu celu_ channel_shuffle conv1d conv2d conv3d
        conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss cosine_similarity
        cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d elu elu_ embedding
        embedding_bag feature_alpha_dropout fold fractional_max_pool2d
        fractional_max_pool2d_with_indices fractional_max_pool3d fractional_max_pool3d_with_indices
        gaussian_nll_loss gelu glu grid_sample group_norm gumbel_softmax hardshrink hardsigmoid
        hardswish hardtanh hardtanh_ hinge_embedding_loss huber_loss instance_norm interpolate
        kl_div l1_loss layer_norm leaky_relu leaky_relu_ linear linear_cross_entropy
        local_response_norm log_softmax logsigmoid lp_pool1d lp_pool2d lp_pool3d margin_ranking_loss
        max_pool1d max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d
        max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish mse_loss
        multi_head_attention_forward multi_margin_loss multilabel_margin_loss
        multilabel_soft_margin_loss native_channel_shuffle nll_loss normalize one_hot pad
        pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu6
        relu_ rms_norm rrelu rrelu_ scaled_dot_product_attention selu selu_ sigmoid silu
        smooth_l1_loss soft_margin_loss softmax softmin softplus softshrink softsign tanh tanhshrink
        threshold threshold_ triplet_margin_loss triplet_margin_with_distance_loss unfold upsample
        upsample_bilinear upsample_nearest
    """,
    "linalg": """
        LinAlgError cholesky cholesky_ex cond cross det diagonal eig eigh eigvals eigvalsh
        householder_product inv inv_ex lstsq lu lu_factor lu_factor_ex lu_solve matmul matrix_exp
        matrix_norm matrix_power matrix_rank multi_dot norm pinv qr slogdet solve solve_ex
        solve_triangular svd svdvals tensorinv tensorsolve vander vecdot vector_norm
    """,
    "fft": """
        fft fft2 fftfreq fftn fftshift hfft hfft2 hfftn ifft ifft2 ifftn ifftshift ihfft ihfft2
        ihfftn irfft irfft2 irfftn rfft rfft2 rfftfreq rfftn
    """,
    "special": """
        airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t
        chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w digamma entr erf erfc
        erfcx erfinv exp2 expit expm1 gammainc gammaincc gammaln hermite_polynomial_h
        hermite_polynomial_he i0 i0e i1 i1e laguerre_polynomial_l legendre_polynomial_p log1p
        log_ndtr log_softmax logit logsumexp modified_bessel_i0 modified_bessel_i1
        modified_bessel_k0 modified_bessel_k1 multigammaln ndtr ndtri polygamma psi round
        scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t
        shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w
        sinc softmax spherical_bessel_j0 xlog1py xlogy zeta
    """,
    "nn.utils": """
        clip_grad_norm clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ get_total_norm
        parameters_to_vector parametrizations parametrize prune remove_spectral_norm
        remove_weight_norm rnn skip_init spectral_norm vector_to_parameters weight_norm
    """,
    "nn.utils.rnn": """
        PackedSequence invert_permutation pack_padded_sequence pack_sequence pad_packed_sequence
        pad_sequence unpack_sequence unpad_sequence
    """,
    "utils.tensorboard": """
        SummaryWriter
    """,
    "testing": """
        assert_allclose assert_close
    """,
    "nn.utils.parametrizations": """
        orthogonal spectral_norm weight_norm
    """,
    "nn.utils.parametrize": """
        ParametrizationList cached is_parametrized register_parametrization remove_parametrizations
        type_before_parametrizations
    """,
    "nn.utils.prune": """
        BasePruningMethod CustomFromMask Identity L1Unstructured LnStructured PruningContainer
        RandomStructured RandomUnstructured custom_from_mask global_unstructured identity is_pruned
        l1_unstructured ln_structured random_structured random_unstructured remove
    """,
    "distributions": """
        AbsTransform AffineTransform Bernoulli Beta Binomial CatTransform Categorical Cauchy Chi2
        ComposeTransform ContinuousBernoulli CorrCholeskyTransform CumulativeDistributionTransform
        Dirichlet Distribution ExpTransform Exponential ExponentialFamily FisherSnedecor Gamma
        GeneralizedPareto Geometric Gumbel HalfCauchy HalfNormal Independent IndependentTransform
        InverseGamma Kumaraswamy LKJCholesky Laplace LogNormal LogisticNormal
        LowRankMultivariateNormal LowerCholeskyTransform MixtureSameFamily Multinomial
        MultivariateNormal NegativeBinomial Normal OneHotCategorical
        OneHotCategoricalStraightThrough Pareto Poisson PositiveDefiniteTransform PowerTransform
        RelaxedBernoulli RelaxedOneHotCategorical ReshapeTransform SigmoidTransform SoftmaxTransform
        SoftplusTransform StackTransform StickBreakingTransform StudentT TanhTransform Transform
        TransformedDistribution Uniform VonMises Weibull Wishart biject_to identity_transform
        kl_divergence register_kl transform_to
    """,
    "distributions.constraints": """
        Constraint MixtureSameFamilyConstraint boolean cat corr_cholesky dependent
        dependent_property greater_than greater_than_eq half_open_interval independent
        integer_interval interval is_dependent less_than lower_cholesky lower_triangular multinomial
        nonnegative nonnegative_integer one_hot positive positive_definite positive_integer
        positive_semidefinite real real_vector simplex square stack symmetric unit_interval
    """,
    "distributions.transforms": """
        AbsTransform AffineTransform CatTransform ComposeTransform CorrCholeskyTransform
        CumulativeDistributionTransform ExpTransform IndependentTransform LowerCholeskyTransform
        PositiveDefiniteTransform PowerTransform ReshapeTransform SigmoidTransform SoftmaxTransform
        SoftplusTransform StackTransform StickBreakingTransform TanhTransform Transform
        identity_transform
    """,
}

TENSOR = """
    H T abs abs_ absolute absolute_ acos acos_ acosh acosh_ add add_ addbmm addbmm_ addcdiv addcdiv_
    addcmul addcmul_ addmm addmm_ addmv addmv_ addr addr_ adjoint all allclose amax amin aminmax
    angle any arccos arccos_ arccosh arccosh_ arcsin arcsin_ arcsinh arcsinh_ arctan arctan2
    arctan2_ arctan_ arctanh arctanh_ argmax argmin argsort argwhere array as_strided as_strided_
    as_strided_scatter asin asin_ asinh asinh_ atan atan2 atan2_ atan_ atanh atanh_ backward baddbmm
    baddbmm_ bernoulli bernoulli_ bfloat16 bincount bitwise_and bitwise_and_ bitwise_left_shift
    bitwise_left_shift_ bitwise_not bitwise_not_ bitwise_or bitwise_or_ bitwise_right_shift
    bitwise_right_shift_ bitwise_xor bitwise_xor_ bmm bool broadcast_to byte cauchy_ cdouble ceil
    ceil_ cfloat chalf char cholesky cholesky_inverse cholesky_solve chunk clamp clamp_ clamp_max
    clamp_max_ clamp_min clamp_min_ clip clip_ clone conj conj_physical conj_physical_ contiguous
    copy_ copysign copysign_ corrcoef cos cos_ cosh cosh_ count_nonzero cov cpu cross cuda cummax
    cummin cumprod cumprod_ cumsum cumsum_ data data_ptr deg2rad deg2rad_ det detach detach_ device
    diag diag_embed diagflat diagonal diagonal_scatter diff digamma digamma_ dim dist div div_
    divide divide_ dot double dsplit dtype element_size eq eq_ equal erf erf_ erfc erfc_ erfinv
    erfinv_ exp exp2 exp2_ exp_ expand expand_as explain expm1 expm1_ exponential_ fill_
    fill_diagonal_ fix fix_ flatten flip fliplr flipud float float_power float_power_ floor floor_
    floor_divide floor_divide_ fmax fmin fmod fmod_ frac frac_ frexp gather gcd gcd_ ge ge_
    geometric_ geqrf ger get_device grad grad_fn greater greater_ greater_equal greater_equal_ gt
    gt_ half hardshrink heaviside heaviside_ histc histogram hsplit hypot hypot_ i0 i0_ igamma
    igamma_ igammac igammac_ imag index_add index_add_ index_copy index_copy_ index_fill index_fill_
    index_put index_put_ index_reduce index_reduce_ index_select inner int inverse is_complex
    is_conj is_contiguous is_cpu is_cuda is_floating_point is_inference is_leaf is_meta is_mkldnn
    is_mps is_neg is_nested is_nonzero is_pinned is_quantized is_same_size is_signed is_sparse
    is_sparse_csr is_xpu isclose isfinite isinf isnan isneginf isposinf isreal istft item itemsize
    kron kthvalue layout lcm lcm_ ldexp ldexp_ le le_ lerp lerp_ less less_ less_equal less_equal_
    lgamma lgamma_ log log10 log10_ log1p log1p_ log2 log2_ log_ log_normal_ log_softmax logaddexp
    logaddexp2 logcumsumexp logdet logical_and logical_and_ logical_not logical_not_ logical_or
    logical_or_ logical_xor logical_xor_ logit logit_ logsumexp long lt lt_ lu lu_solve mH mT
    masked_fill masked_fill_ masked_scatter masked_scatter_ masked_select matmul matrix_exp
    matrix_power max maximum mean median min minimum mm mode moveaxis movedim msort mul mul_
    multinomial multiply multiply_ mv mvlgamma mvlgamma_ name nan_to_num nan_to_num_ nanmean
    nanmedian nanquantile nansum narrow narrow_copy nbytes ndim ndimension ne ne_ neg neg_ negative
    negative_ nelement new new_empty new_empty_strided new_full new_ones new_tensor new_zeros
    nextafter nextafter_ node nonzero nonzero_static norm normal_ not_equal not_equal_ numel numpy
    orgqr ormqr outer permute pin_memory pinverse polygamma polygamma_ positive pow pow_ prelu prod
    put put_ qr quantile rad2deg rad2deg_ random_ ravel real reciprocal reciprocal_ register_hook
    register_post_accumulate_grad_hook relu relu_ remainder remainder_ renorm renorm_ repeat
    repeat_interleave requires_grad requires_grad_ reshape reshape_as resize_ resize_as_
    resolve_conj resolve_neg retain_grad retains_grad roll rot90 round round_ rsqrt rsqrt_ scatter
    scatter_ scatter_add scatter_add_ scatter_reduce scatter_reduce_ select select_scatter sgn sgn_
    shape share_memory_ short sigmoid sigmoid_ sign sign_ signbit sin sin_ sinc sinc_ sinh sinh_
    size slice_scatter slogdet softmax sort split split_with_sizes sqrt sqrt_ square square_ squeeze
    squeeze_ std stft storage storage_offset stride sub sub_ subtract subtract_ sum sum_to_size svd
    swapaxes swapaxes_ swapdims swapdims_ t t_ take take_along_dim tan tan_ tanh tanh_ tensor_split
    tile to tolist topk trace transpose transpose_ triangular_solve tril tril_ triu triu_
    true_divide true_divide_ trunc trunc_ type type_as unbind unflatten unfold uniform_ unique
    unique_consecutive unsafe_chunk unsafe_split unsafe_split_with_sizes unsqueeze unsqueeze_
    untyped_storage var vdot version view view_as view_base view_recorded view_steps views vsplit
    where xlogy xlogy_ zero_
"""
OPERATORS = """
    abs add and array array_function array_ufunc bool complex contains copy deepcopy delitem dir div
    dlpack dlpack_device eq float floordiv format ge getitem gt hash iadd iand idiv ifloordiv
    ilshift imod imul index int invert ior ipow irshift isub iter itruediv ixor le len lshift lt
    matmul mod mul ne neg or pos pow radd rand rdiv reduce_ex repr reversed rfloordiv rlshift
    rmatmul rmod rmul ror rpow rrshift rshift rsub rtruediv rxor setitem sub truediv xor
"""
